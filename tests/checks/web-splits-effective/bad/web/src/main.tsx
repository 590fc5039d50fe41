import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./ui/theme";

createRoot(document.getElementById("root")!).render(<App />);
