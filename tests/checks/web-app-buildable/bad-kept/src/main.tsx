import { createRoot } from "react-dom/client";
import { Keel } from "./keel.store";

const keels: Keel[] = [];

createRoot(document.getElementById("root")!).render(<h1>{keels.length} keels</h1>);
