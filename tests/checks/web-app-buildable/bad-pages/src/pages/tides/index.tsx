export default function Tides() {
  return <h1>Tides</h1>;
}
