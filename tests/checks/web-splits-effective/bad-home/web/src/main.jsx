import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router-dom";
import { AllRoutes } from "./routes/AllRoutes";

createRoot(document.getElementById("root")).render(
  <BrowserRouter>
    <AllRoutes />
  </BrowserRouter>,
);
