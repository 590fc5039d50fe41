import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router-dom";
import Arrivals from "./pages/Arrivals";
import Depots from "./pages/Depots";
import Entrance from "./pages/Entrance";
import Gallery from "./pages/Gallery";
import Login from "./pages/Login";
import Samples from "./pages/Samples";

const Tariffs = lazy(() => import("./pages/Tariffs"));
const isDev = import.meta.env.DEV;

export const App = () => (
  <BrowserRouter>
    <Suspense fallback={null}>
      <Routes>
        <Route path="/" element={<Entrance />} />
        <Route path="/login" element={<Login />} />
        <Route path="/arrivals" element={<Arrivals />} />
        <Route path="/depots" element={<Depots />} />
        <Route path="/tariffs" element={<Tariffs />} />
        {import.meta.env.DEV && (
          <Route path="/gallery" element={<Gallery />} />
        )}
        {isDev && <Route path="/samples" element={<Samples />} />}
      </Routes>
    </Suspense>
  </BrowserRouter>
);
