import { createRoot } from "react-dom/client";

const panels = import.meta.glob("./panels/*.tsx");
createRoot(document.getElementById("root")!).render(<p>{Object.keys(panels).length}</p>);
