import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

const page = (load: () => Promise<{ default: React.ComponentType }>) => ({
  lazy: async () => ({ Component: (await load()).default }),
});

const router = createBrowserRouter([
  { path: "/", ...page(() => import("./pages/Home")) },
  { path: "/tides", ...page(() => import("./pages/tides")) },
  // By a link in node_modules, as nothing that is listed is called src.
  { path: "/gauges", ...page(() => import("src/pages/Gauges")) },
  { path: "/berths/:id", ...page(() => import("./pages/berths/Berth")) },
]);

createRoot(document.getElementById("root")!).render(<RouterProvider router={router} />);
