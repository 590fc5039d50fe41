import { isHigh } from "tide-table";

export const watch = (at: string) => (isHigh(at) ? "climb" : "sleep");
