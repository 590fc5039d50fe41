export default function Grain() {
  return <main>Grain</main>;
}
