import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

const NAME = "package.json";

export async function createManifest(): Promise<string> {
  return readFile(resolve(__dirname, NAME), "utf-8");
}
