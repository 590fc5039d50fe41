export const load = () => import("./admin");
