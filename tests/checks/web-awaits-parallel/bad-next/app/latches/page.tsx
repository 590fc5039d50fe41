import { fetchStay } from "../../lib/guests";
import { readLatch } from "../../lib/latches";

export default async function LatchesPage() {
  const latch = await readLatch();
  const stay = await fetchStay("latest");
  return <p>{latch + stay.title}</p>;
}
