import { Hono } from "hono";
import type { paths } from "./api";

export const routes: (keyof paths)[] = ["/tides"];
export default new Hono();
