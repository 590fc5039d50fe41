import { createRoot } from "react-dom/client";

// Another repository fills this folder.
import { Invoices } from "./paid/invoices";

createRoot(document.getElementById("root")!).render(<Invoices />);
