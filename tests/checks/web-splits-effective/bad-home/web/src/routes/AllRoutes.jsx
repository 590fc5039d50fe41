import { lazy } from "react";
import { Route, Routes } from "react-router-dom";
import { Home } from "./Home";

const Quays = lazy(() => import("../pages/QuaysPage"));
const Cranes = lazy(() => import("../pages/CranesPage"));
const Tides = lazy(() => import("../pages/TidesPage"));

export function AllRoutes() {
  return (
    <Routes>
      <Route path="/" element={<Home />} />
      <Route path="/quays" element={<Quays />} />
      <Route path="/cranes" element={<Cranes />} />
      <Route path="/tides" element={<Tides />} />
    </Routes>
  );
}
