import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

import Home from "./pages/Home";

const router = createBrowserRouter([{ path: "/", Component: Home }]);

createRoot(document.getElementById("root")!).render(<RouterProvider router={router} />);
