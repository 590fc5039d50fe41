export const load = () => import("./admin");
export const more = () => import("./practice");
