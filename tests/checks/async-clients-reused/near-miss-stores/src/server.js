const express = require("express");
const Redis = require("ioredis");
const { Client, Pool } = require("pg");
const { PrismaClient } = require("@prisma/client");

const app = express();
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
let prisma;
let redis;

// Made when it is asked for first, and kept.
function database() {
  if (!prisma) {
    prisma = new PrismaClient();
  }
  return prisma;
}

function store() {
  redis ??= new Redis(process.env.REDIS_URL);
  return redis;
}

app.get("/orders", async (req, res) => {
  const { rows } = await pool.query("SELECT id FROM orders ORDER BY id LIMIT 50");
  res.json({ rows, seen: await store().incr("visits"), all: await database().order.count() });
});

// Each listener holds a subscription, for which a connection of its own is needed.
app.get("/events", (req, res) => {
  const listener = new Redis(process.env.REDIS_URL);
  listener.subscribe("orders");
  listener.on("message", (_, text) => res.write(`data: ${text}\n\n`));
  req.on("close", () => listener.disconnect());
});

// A tenant's own database, which only the request knows.
app.get("/tenants/:name/size", async (req, res) => {
  const url = process.env[`DATABASE_URL_${req.params.name}`];
  const client = new Client({ connectionString: url });
  await client.connect();
  res.json((await client.query("SELECT count(*) FROM orders")).rows);
  await client.end();
});

// What somebody has set up is tried out.
app.post("/connections/test", async (req, res) => {
  const client = new Client();
  await client.connect();
  await client.end();
  res.sendStatus(204);
});

app.get("/health", async (req, res) => {
  const client = new Client();
  await client.connect();
  await client.end();
  res.sendStatus(200);
});

app.listen(3000);
