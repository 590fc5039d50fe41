import { readFileSync } from "node:fs";
import Mustache from "mustache";

export const manifest = (name: string) =>
  Mustache.render(readFileSync("starter/package.json", "utf8"), { name });
