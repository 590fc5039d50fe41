export default function Surveyor() {
  return <td>Surveyor</td>;
}
