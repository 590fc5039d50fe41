import { createRoot } from "react-dom/client";
import { lazy, Suspense } from "react";

const Charts = lazy(() => import("./parts/Charts"));

createRoot(document.getElementById("root")!).render(
  <Suspense fallback={null}>
    <Charts />
  </Suspense>,
);
