import { createRoot } from "react-dom/client";
import PilotsPage from "./pages/PilotsPage";
import { Router } from "./router";

// The pilots are on the frame of every page.
createRoot(document.body).render(<><PilotsPage /><Router /></>);
