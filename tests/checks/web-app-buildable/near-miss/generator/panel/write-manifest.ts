import { readFileSync, writeFileSync } from "node:fs";

export function writeManifest(folder: string, name: string): void {
  const template = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
  writeFileSync(`${folder}/package.json`, JSON.stringify({ ...template, name }, null, 2));
}
