import Quays from "../pages/QuaysPage";
import Cranes from "../pages/CranesPage";
import Tides from "../pages/TidesPage";

// the first page that the user may see
export function Home() {
  const may = JSON.parse(localStorage.getItem("may") ?? "[]");
  if (may.includes("quays")) return <Quays />;
  return may.includes("cranes") ? <Cranes /> : <Tides />;
}
