export default function Samples() {
  return <main>Samples</main>;
}
