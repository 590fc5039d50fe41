import { lazy } from "react";
import { createBrowserRouter } from "react-router-dom";
import Login from "./pages/Login";
import { lazyWithRetry } from "./layout/lazyWithRetry";

const Patients = lazy(() => import("./pages/Patients"));
const Letters = lazyWithRetry(() => import("./pages/Letters"));
const Billing = lazy(() => import("./pages/Billing").then((m) => ({ default: m.Billing })));

export const router = createBrowserRouter([
  { path: "/login", element: <Login /> },
  { path: "/patients", element: <Patients /> },
  { path: "/letters", element: <Letters /> },
  { path: "/billing", element: <Billing /> },
]);
