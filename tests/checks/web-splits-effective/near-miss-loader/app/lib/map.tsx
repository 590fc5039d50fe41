export default function Map() {
  return <p>a map</p>;
}
