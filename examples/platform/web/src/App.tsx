import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router-dom";

import { HarboursPage } from "./pages/HarboursPage";
import { SeasonPage } from "./pages/SeasonPage";

const HarbourPage = lazy(() => import("./pages/HarbourPage"));
const BookingPage = lazy(() => import("./pages/BookingPage"));
const TermsPage = lazy(() => import("./pages/TermsPage"));

export function App() {
  return (
    <BrowserRouter>
      <Suspense fallback={<p>One moment …</p>}>
        <Routes>
          <Route path="/" element={<HarboursPage />} />
          <Route path="/harbours/:id" element={<HarbourPage />} />
          <Route path="/bookings" element={<BookingPage />} />
          <Route path="/season" element={<SeasonPage />} />
          <Route path="/terms" element={<TermsPage />} />
        </Routes>
      </Suspense>
    </BrowserRouter>
  );
}
