import { useTides } from "./useTides";

export function Gauge() {
  // fetchAllTides() would ask for too much here
  const { fetchNearTides } = useTides();
  return <button onClick={() => fetchNearTides(["a", "b"])}>Near</button>;
}
