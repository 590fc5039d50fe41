import { lazy } from "react";
import Desk from "./Desk";
import Signal from "./ui/Signal";

const Logbook = lazy(() => import("./Logbook"));
const Berths = lazy(() => import("./Berths"));

export const App = () => (
  <main>
    <Signal />
    <Desk />
    <Logbook />
    <Berths />
  </main>
);
