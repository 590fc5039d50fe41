export default function Corner() {
  return <td>Corner</td>;
}
