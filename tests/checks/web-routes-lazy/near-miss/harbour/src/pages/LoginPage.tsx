import { geoArea } from "d3-geo";

export default function LoginPage() {
  return <main>{geoArea({ type: "Sphere" })}</main>;
}
