export default function Sluices() {
  return <main>Sluices</main>;
}
