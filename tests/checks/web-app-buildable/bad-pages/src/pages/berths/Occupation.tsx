export function Occupation() {
  return <p>Free from 14:00</p>;
}
