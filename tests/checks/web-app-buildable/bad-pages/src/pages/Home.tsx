export default function Home() {
  return <h1>Pilots</h1>;
}
