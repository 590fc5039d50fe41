export default function Scales() {
  return <main>Scales</main>;
}
