import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";
// By a link in node_modules: nothing that is listed is called src.
import Gauges from "src/pages/Gauges";

const page = (load: () => Promise<{ default: React.ComponentType }>) => ({
  lazy: async () => ({ Component: (await load()).default }),
});

const router = createBrowserRouter([
  { path: "/", ...page(() => import("./pages/Home")) },
  { path: "/tides", ...page(() => import("./pages/tides")) },
  { path: "/gauges", Component: Gauges },
  { path: "/berths/:id", ...page(() => import("./pages/berths/Berth")) },
]);

createRoot(document.getElementById("root")!).render(<RouterProvider router={router} />);
