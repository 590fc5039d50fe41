import { createRoot } from "react-dom/client";
import { MemDb } from "./memdb";

const db = new MemDb();
void db.fetchAll(["a"]).then((found) => {
  createRoot(document.getElementById("root")!).render(<p>{found.length}</p>);
});
