import { Navigate, Routes } from "react-router-dom";
import HRoute from "./route";
import BerthPage from "./pages/BerthPage";
import TidesPage from "./pages/TidesPage";
import PilotsPage from "./pages/PilotsPage";
import LoginPage from "./pages/LoginPage";
import ErrorPage from "./pages/ErrorPage";

export const Router = () => (
  <Routes>
    <HRoute path="/error"><ErrorPage /></HRoute>
    <HRoute path="/login"><LoginPage /></HRoute>
    <HRoute path="/shared/:berth"><BerthPage readonly /></HRoute>
    <HRoute path="/pilots"><PilotsPage /></HRoute>
    <HRoute path="/tides/*"><TidesPage /></HRoute>
    <HRoute path="/old"><Navigate to="/tides" /></HRoute>
    <HRoute path="/:quay?/:berth?"><BerthPage /></HRoute>
  </Routes>
);
