export function Queue() {
  return <main>Queue</main>;
}
