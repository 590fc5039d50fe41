import { createRoot } from "react-dom/client";
import { Berths } from "./Berths";

createRoot(document.getElementById("root")!).render(<Berths />);
