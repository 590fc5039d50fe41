import "./start"; import { Reports } from "./pages/Reports"; export const more = () => import("./start");
