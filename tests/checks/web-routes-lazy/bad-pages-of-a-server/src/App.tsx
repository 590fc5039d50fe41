import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router-dom";
import { RequireAuth } from "./layout/RequireAuth";
import Login from "./pages/Login";
import Patients from "./pages/Patients";
import Letters from "./pages/Letters";

const Billing = lazy(() => import("./pages/Billing"));

export const App = () => (
  <Routes>
    <Route path="/login" element={<Login />} />
    <Route path="/patients" element={<RequireAuth><Patients /></RequireAuth>} />
    <Route
      path="/letters/:id"
      element={
        <RequireAuth>
          <Letters kind="sent" />
        </RequireAuth>
      }
    />
    <Route path="/billing" element={<Suspense fallback={null}><Billing /></Suspense>} />
  </Routes>
);
