export default function Berth() {
  return <h1>Berth</h1>;
}
