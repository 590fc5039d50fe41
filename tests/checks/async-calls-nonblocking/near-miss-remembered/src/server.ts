import { readFileSync, existsSync } from "node:fs";
import { scryptSync } from "node:crypto";
import express from "express";

const app = express();
let build: { sha: string; date: string } | undefined;
let masterKey: Buffer | null = null;
const keys = new Map<string, Buffer>();

function getBuild() {
  if (!build) {
    build = { sha: "", date: "" };
    if (existsSync("/srv/buildinfo/revision")) {
      build.sha = readFileSync("/srv/buildinfo/revision").toString();
    }
  }
  return build;
}

function getMasterKey() {
  if (masterKey !== null) return masterKey;
  masterKey = scryptSync(process.env.SECRET ?? "", "safebox", 32);
  return masterKey;
}

function keyOf(tenant: string) {
  const known = keys.get(tenant);
  if (known) return known;
  const key = scryptSync(getMasterKey(), tenant, 32);
  keys.set(tenant, key);
  return key;
}

async function open(req: express.Request, res: express.Response) {
  res.json({ build: getBuild(), size: keyOf(req.params.tenant).length });
}

app.get("/boxes/:tenant", open);
app.listen(3000);
