import { geoArea } from "d3-geo";

export default function PilotsPage() {
  return <main>{geoArea({ type: "Sphere" })}</main>;
}
