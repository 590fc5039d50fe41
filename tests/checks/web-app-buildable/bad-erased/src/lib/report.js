import { table } from "./tables/table";

export const report = (rows) => table(rows);
