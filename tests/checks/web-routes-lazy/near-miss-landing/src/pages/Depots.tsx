export default function Depots() {
  return <main>Depots</main>;
}
