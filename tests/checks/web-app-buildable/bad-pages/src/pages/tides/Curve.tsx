/** The curve of a day, drawn beside the list. */
export default function Curve() {
  return <svg role="img" aria-label="Tides of a day" />;
}
