import { createRoot } from "react-dom/client";
import { Gates } from "@/gates";
import { entities } from "./entities";
import Chart from "tide-chart";

createRoot(document.getElementById("root")!).render(<Gates of={entities} chart={Chart} />);
