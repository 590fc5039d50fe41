import { geoArea } from "d3-geo";

export default function ErrorPage() {
  return <main>{geoArea({ type: "Sphere" })}</main>;
}
