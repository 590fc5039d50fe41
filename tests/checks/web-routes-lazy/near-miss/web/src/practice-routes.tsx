import { Route, Routes } from "react-router-dom";
import Patients from "./pages/Patients";
import Letters from "./pages/Letters";

// Static here, but all of it is in what `import("./practice")` loads.
export const PracticeRoutes = () => (
  <Routes>
    <Route path="patients" element={<Patients />} />
    <Route path="letters" element={<Letters />} />
    <Route path="patients/:id" element={<Patients />} />
    <Route path="letters/:id" element={<Letters />} />
  </Routes>
);
