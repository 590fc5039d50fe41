export default function Home() {
  return <h1>{'>'} 12 m</h1>
}
