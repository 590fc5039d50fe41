import { lazy } from "react";

const Logbook = lazy(() => import("./Logbook"));
const Berths = lazy(() => import("./Berths"));

export const App = () => (
  <main>
    <Logbook />
    <Berths />
  </main>
);
