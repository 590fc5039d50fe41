export default function ReserveDialog() {
  return <dialog>Reserve</dialog>;
}
