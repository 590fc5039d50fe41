export default function Yards() {
  return <h1>Yards</h1>;
}
