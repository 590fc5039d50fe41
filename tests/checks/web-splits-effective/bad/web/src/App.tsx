import { lazy, Suspense } from "react";
import Calendar from "./parts/Calendar";
import { Toolbar } from "./ui/Toolbar";

// the chart library is heavy
const Charts = lazy(() => import("./parts/Charts"));
const Editor = lazy(() => import("./parts/Editor"));
const Week = lazy(() => import("./parts/Calendar"));
const Plan = lazy(async () => ({ default: Calendar }));

export function App() {
  return (
    <Suspense fallback={null}>
      <Toolbar />
      <Calendar />
      <Charts />
      <Editor />
      <Week />
      <Plan />
    </Suspense>
  );
}
