import { lazy, Suspense } from "react";
import { Navigate, Route, Routes } from "react-router-dom";
import { ProtectedRoute } from "./layout/ProtectedRoute";
import { AppLayout } from "./layout/AppLayout";
import Login from "./pages/Login";
import Home from "./pages/Home";
import { NotFoundPage } from "./pages/NotFoundPage";
// import Settings from "./pages/Settings";

const Patients = lazy(() => import("./pages/Patients"));
const Letters = lazy(() => import("./pages/Letters"));
const Settings = lazy(() => import("./pages/Settings"));

export const App = () => (
  <Routes>
    <Route path="/login" element={<Login />} />
    <Route path="/" element={<Home />} />
    <Route element={<AppLayout />}>
      <Route path="/patients" element={<ProtectedRoute><AppLayout><Suspense fallback={<p />}><Patients /></Suspense></AppLayout></ProtectedRoute>} />
      <Route path="/letters" element={<ProtectedRoute><Letters /></ProtectedRoute>} />
      <Route path="/settings" element={<Settings />} />
    </Route>
    <Route path="/old" element={<Navigate to="/" replace />} />
    <Route path="*" element={<NotFoundPage />} />
  </Routes>
);
