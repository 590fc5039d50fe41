import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";
import Lots from "./pages/lots/Lots";
import Grain from "./pages/mills/Grain";
import Wheels from "./pages/mills/Wheels";

createRoot(document.getElementById("root")!).render(
  <BrowserRouter>
    <Routes>
      <Route path="/" element={<Lots />} />
      <Route path="/wheels" element={<Wheels />} />
      <Route path="/grain" element={<Grain />} />
    </Routes>
  </BrowserRouter>,
);
