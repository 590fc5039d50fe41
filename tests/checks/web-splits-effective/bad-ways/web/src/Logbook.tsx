import { lazy } from "react";

const Chart = lazy(() => import("./Chart"));
const Legend = lazy(() => import("./Legend"));
const Field = lazy(() => import("./ui/Field"));

export default function Logbook() {
  return (
    <section>
      <Chart />
      <Legend />
      <Field />
    </section>
  );
}
