import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router-dom";
import Arrivals from "./pages/Arrivals";
import Depots from "./pages/Depots";
import Entrance from "./pages/Entrance";
import Gallery from "./pages/Gallery";
import Login from "./pages/Login";
import Samples from "./pages/Samples";
import Scales from "./pages/Scales";
import { IS_DEV } from "./settings";

const Tariffs = lazy(() => import("./pages/Tariffs"));
const shown = import.meta.env.DEV;

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
        {shown && <Route path="/samples" element={<Samples />} />}
        {IS_DEV && <Route path="/scales" element={<Scales />} />}
      </Routes>
    </Suspense>
  </BrowserRouter>
);
