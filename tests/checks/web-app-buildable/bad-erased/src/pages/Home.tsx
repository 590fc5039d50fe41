import { dearest } from "../lib/bids";
import { hulls } from "../lib/hulls";
import { widest } from "../lib/berths";

export default function Home() {
  return <h1>{dearest([])?.yard ?? widest(hulls)}</h1>;
}
