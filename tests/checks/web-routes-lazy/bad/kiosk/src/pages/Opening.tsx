export function Opening() {
  return <main>Opening</main>;
}
