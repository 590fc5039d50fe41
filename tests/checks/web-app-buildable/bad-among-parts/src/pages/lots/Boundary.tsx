export default function Boundary() {
  return <td>Boundary</td>;
}
