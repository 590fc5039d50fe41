import express from "express";
import Redis from "ioredis";
import { pool } from "./db";

const redis = new Redis();
const app = express();

// Nobody asks for another number than ten.
async function fastest(limit = 10) {
  const kept = await redis.get("boats:fastest");
  if (kept) return JSON.parse(kept);
  const { rows } = await pool.query("SELECT * FROM boats ORDER BY speed DESC LIMIT $1", [limit]);
  await redis.set("boats:fastest", JSON.stringify(rows), "EX", 600);
  return rows;
}

app.get("/boats/fastest", async (req, res) => {
  res.json(await fastest());
});

app.listen(3000);
