export function depth(metres: number) {
  return <span>{metres.toFixed(1)} m</span>
}
