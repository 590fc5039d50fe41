export default function CranesPage() {
  return <h1>Cranes</h1>;
}
