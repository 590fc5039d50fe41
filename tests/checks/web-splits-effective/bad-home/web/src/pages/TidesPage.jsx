export default function TidesPage() {
  return <h1>Tides</h1>;
}
