export default function Page() {
  return <h1>Quay</h1>
}
