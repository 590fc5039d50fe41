import { createRoot } from "react-dom/client";
import { Receipt } from "./screens/Receipt";

createRoot(document.getElementById("root")!).render(<Receipt />);
