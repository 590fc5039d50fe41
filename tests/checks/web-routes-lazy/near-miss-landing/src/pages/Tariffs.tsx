export default function Tariffs() {
  return <main>Tariffs</main>;
}
