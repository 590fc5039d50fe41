export function Gates(props: { of: string[]; chart: unknown }) {
  return <ul>{props.of.map((one) => <li key={one}>{one}</li>)}</ul>;
}
