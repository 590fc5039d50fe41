import { Route, Routes } from "react-router-dom";
import Patients from "./pages/Patients";
import Letters from "./pages/Letters";

// loaded on demand as a whole: see main.tsx
export default () => (
  <Routes>
    <Route path="a" element={<Patients />} />
    <Route path="b" element={<Letters />} />
    <Route path="c" element={<Patients />} />
    <Route path="d" element={<Letters />} />
  </Routes>
);
