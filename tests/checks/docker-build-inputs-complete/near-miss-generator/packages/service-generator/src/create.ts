import { cp } from "node:fs/promises";
import { resolve } from "node:path";

const STATIC = resolve(__dirname, "static");

export const create = (goal: string) => cp(STATIC, goal, { recursive: true });
