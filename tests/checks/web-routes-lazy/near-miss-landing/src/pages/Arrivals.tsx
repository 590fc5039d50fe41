export default function Arrivals() {
  return <main>Arrivals</main>;
}
