import { lazy } from "react";

const Plan = lazy(() => import("./Plan"));

export default function Crane() {
  return <Plan />;
}
