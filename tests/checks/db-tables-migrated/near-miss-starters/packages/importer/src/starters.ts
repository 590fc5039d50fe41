import { readFileSync } from "node:fs";
import { join } from "node:path";

export const starters = ["clinic/clinic.prisma", "tickets/schema.prisma"];

export function starter(name: string): string {
  return readFileSync(join(__dirname, "starters", name), "utf8");
}
