import { geoArea } from "d3-geo";

export default function BerthPage() {
  return <main>{geoArea({ type: "Sphere" })}</main>;
}
