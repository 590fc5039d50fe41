export default function Tides() {
  const 水位high = 4.2
  return <h1>Tides up to 4.2 m</h1>
}
