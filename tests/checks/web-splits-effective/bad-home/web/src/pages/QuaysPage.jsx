export default function QuaysPage() {
  return <h1>Quays</h1>;
}
