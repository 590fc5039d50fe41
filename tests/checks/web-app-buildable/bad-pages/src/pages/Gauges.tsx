export default function Gauges() {
  return <h1>Gauges</h1>;
}
