import { Route, Routes } from "react-router-dom";
import Patients from "./pages/Patients";
import Letters from "./pages/Letters";

export const App = () => (
  <Routes>
    <Route path="/a" element={<Patients />} />
    <Route path="/b" element={<Letters />} />
    <Route path="/c" element={<Patients />} />
    <Route path="/d" element={<Letters />} />
  </Routes>
);
