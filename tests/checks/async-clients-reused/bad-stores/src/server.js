const express = require("express");
const Redis = require("ioredis");
const { Pool } = require("pg");

const app = express();

app.get("/orders", async (req, res) => {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL });
  const { rows } = await pool.query("SELECT id FROM orders ORDER BY id LIMIT 50");
  res.json(rows);
});

async function visits(req, res) {
  const redis = new Redis(process.env.REDIS_URL);
  const seen = await redis.incr("visits");
  await redis.quit();
  res.json({ seen });
}
app.post("/visits", visits);

app.listen(3000);
