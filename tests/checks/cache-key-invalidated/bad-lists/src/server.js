const express = require("express");
const Redis = require("ioredis");
const { Pool } = require("pg");

const app = express();
const redis = new Redis(process.env.REDIS_URL);
const pool = new Pool();


app.get("/rooms/:id", async (req, res) => {
  const kept = await redis.get(`room:${req.params.id}`);
  if (kept) return res.json(JSON.parse(kept));
  const { rows } = await pool.query("SELECT id, name FROM rooms WHERE id = $1", [req.params.id]);
  await redis.set(`room:${req.params.id}`, JSON.stringify(rows[0]), "EX", 3600);
  res.json(rows[0]);
});

// The lists are forgotten, the room itself is not.
app.put("/rooms/:id", async (req, res) => {
  await pool.query("UPDATE rooms SET name = $1 WHERE id = $2", [req.body.name, req.params.id]);
  for await (const names of redis.scanStream({ match: "room:list:*", count: 500 })) {
    if (names.length) await redis.unlink(names);
  }
  res.sendStatus(204);
});

app.get("/guests/:id", async (req, res) => {
  const kept = await redis.get(`guest:${req.params.id}`);
  if (kept) return res.json(JSON.parse(kept));
  const { rows } = await pool.query("SELECT id, name FROM guests WHERE id = $1", [req.params.id]);
  await redis.set(`guest:${req.params.id}`, JSON.stringify(rows[0]), "EX", 3600);
  res.json(rows[0]);
});

app.put("/guests/:id", async (req, res) => {
  await pool.query("UPDATE guests SET name = $1 WHERE id = $2", [req.body.name, req.params.id]);
  for await (const names of redis.scanStream({ match: "guest:*", count: 500 })) {
    if (names.length) await redis.unlink(names);
  }
  res.sendStatus(204);
});

app.listen(3000);
