export function Ticket() {
  return <main>Ticket</main>;
}
