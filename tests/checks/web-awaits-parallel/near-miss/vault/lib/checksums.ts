import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

async function readDigest(path: string): Promise<string> {
  const content = await readFile(path);
  return createHash("sha256").update(content).digest("hex");
}

const loaded: Record<string, { title: string }> = {};

async function loadPlugin(name: string) {
  loaded[name] ??= (await import(`../plugins/${name}`)).default;
  return loaded[name];
}

export async function getPlugin(name: string) {
  const plugin = { ...(await loadPlugin(name)) };
  return { name, title: plugin.title };
}

export async function fetchDigests(paths: string[]) {
  const digests: Record<string, string> = {};
  for (const path of paths) {
    digests[path] = await readDigest(path);
  }
  return digests;
}
