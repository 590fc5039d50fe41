export default function Wheels() {
  return <main>Wheels</main>;
}
