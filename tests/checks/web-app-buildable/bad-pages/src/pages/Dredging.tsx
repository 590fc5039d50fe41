export default function Dredging() {
  return <h1>Dredging</h1>;
}
