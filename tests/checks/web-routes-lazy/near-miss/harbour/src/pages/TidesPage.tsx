import { geoArea } from "d3-geo";

export default function TidesPage() {
  return <main>{geoArea({ type: "Sphere" })}</main>;
}
