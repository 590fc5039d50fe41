import { Outlet } from "@remix-run/react";
import Index from "./routes/_index";
import { lazy } from "react";

const Map = lazy(() => import("./lib/map"));

export default function App() {
  return (
    <main>
      <Index />
      <Map />
      <Outlet />
    </main>
  );
}
