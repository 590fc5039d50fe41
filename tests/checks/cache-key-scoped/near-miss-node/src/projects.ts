import { createHash } from "node:crypto";
import type { Request, Response } from "express";
import Redis from "ioredis";
import { audit, checkProjectAccess, db } from "./services";

const redis = new Redis(process.env.REDIS_URL!);

// The id implies the owner: access is checked before the cache is asked.
export async function project(req: Request, res: Response) {
  await checkProjectAccess(req.user.id, req.params.id);
  const key = `project:${req.params.id}`;
  const hit = await redis.get(key);
  if (hit) return res.json(JSON.parse(hit));
  const found = await db.projectOf(req.user.id, req.params.id);
  await redis.set(key, JSON.stringify(found), "EX", 300);
  return res.json(found);
}

// Public data; who reads it is only written down.
export async function tariffs(req: Request, res: Response) {
  audit(req.user.id, "tariffs");
  const hit = await redis.get("tariffs:all");
  if (hit) return res.json(JSON.parse(hit));
  const found = await db.tariffs();
  await redis.set("tariffs:all", JSON.stringify(found), "EX", 3600);
  return res.json(found);
}

// A digest of everything that the answer depends on.
export async function search(req: Request, res: Response) {
  const digest = createHash("sha256")
    .update(JSON.stringify([req.user.id, req.query]))
    .digest("hex");
  const hit = await redis.get(`search:${digest}`);
  if (hit) return res.json(JSON.parse(hit));
  const found = await db.search(req.user.id, req.query);
  await redis.set(`search:${digest}`, JSON.stringify(found), "EX", 60);
  return res.json(found);
}

// The whole URL and who asks.
export async function report(req: Request, res: Response) {
  const key = `http:${req.user.id}:${req.originalUrl}`;
  const hit = await redis.get(key);
  if (hit) return res.json(JSON.parse(hit));
  const found = await db.report(req.user.id);
  await redis.set(key, JSON.stringify(found), "EX", 60);
  return res.json(found);
}

// Only administrators come here.
export async function adminOverview(req: Request, res: Response) {
  const hit = await redis.get("overview");
  if (hit) return res.json(JSON.parse(hit));
  const found = await db.overview(req.user.id);
  await redis.set("overview", JSON.stringify(found), "EX", 60);
  return res.json(found);
}
