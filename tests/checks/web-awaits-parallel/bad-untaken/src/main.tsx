import { createRoot } from "react-dom/client";
import { Gauge } from "./Gauge";

createRoot(document.getElementById("root")!).render(<Gauge />);
