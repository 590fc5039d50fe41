import axios from "axios";
import express from "express";
import Redis from "ioredis";
import { PrismaClient } from "@prisma/client";
import { cache } from "./cache.js";
import { tideProvider } from "./tides.js";

const prisma = new PrismaClient();
const redis = new Redis(process.env.REDIS_URL!);
const app = express();
const state = new Map<string, unknown>();

// Neither a route, nor an HTTP client, nor a session, nor a map is a cache.
app.get("/berths", async (req, res) => {
  const { data } = await axios.get("/berths");
  state.set("berths:all", data);
  res.json(state.get("berths:all"));
});
app.delete("/berths/:id", async (req, res) => {
  await axios.delete(`/berths/${req.params.id}`);
  state.delete("berths:all");
  res.sendStatus(204);
});

// Every way of deleting by pattern, tag or prefix is a delete.
async function forgetShips(): Promise<void> {
  const stream = redis.scanStream({ match: "ship:*", count: 200 });
  for await (const keys of stream) {
    if (keys.length) await redis.unlink(...keys);
  }
}

app.get("/ships/:id", async (req, res) => {
  const key = `ship:${req.params.id}`;
  const hit = await redis.get(key);
  if (hit) return res.json(JSON.parse(hit));
  const ship = await prisma.ship.findUnique({ where: { id: req.params.id } });
  await redis.set(key, JSON.stringify(ship), "EX", 3600);
  return res.json(ship);
});

app.patch("/ships/:id", async (req, res) => {
  const ship = await prisma.ship.update({ where: { id: req.params.id }, data: req.body });
  await forgetShips();
  return res.json(ship);
});

// A lock and an idempotency key are taken, not cached.
app.post("/ships/:id/departures", async (req, res) => {
  const lock = `lock:ship:${req.params.id}`;
  if ((await redis.get(lock)) !== null) return res.sendStatus(409);
  await redis.set(lock, "1", "EX", 120, "NX");
  const seen = await redis.get(`idempotency:${req.header("Idempotency-Key")}`);
  if (seen) return res.json(JSON.parse(seen));
  const departure = await prisma.departure.create({ data: { shipId: req.params.id } });
  await redis.set(`idempotency:${req.header("Idempotency-Key")}`, JSON.stringify(departure), "EX", 86400);
  return res.status(201).json(departure);
});

// Who comes back from the login is found again by its id, and an id does not change.
app.get("/berth-logins/:state", async (req, res) => {
  const berth = await prisma.berth.findFirst({ where: { pilot: req.query.pilot as string } });
  await redis.set(`berth:${req.params.state}`, berth!.id, "EX", 3600);
  res.sendStatus(204);
});
app.get("/berth-logins/:state/end", async (req, res) => {
  res.json(await redis.get(`berth:${req.params.state}`));
});

// What the weather service says is not in the database, whatever the key is called.
app.get("/tides/:day", async (req, res) => {
  const known = await redis.get(`tide:${req.params.day}`);
  if (known) return res.json(JSON.parse(known));
  const tide = await tideProvider.forecast(req.params.day);
  await redis.set(`tide:${req.params.day}`, JSON.stringify(tide), "EX", 3600);
  return res.json(tide);
});
app.put("/tides/:id", async (req, res) => {
  res.json(await prisma.tide.update({ where: { id: req.params.id }, data: req.body }));
});
app.put("/berths/:id", async (req, res) => {
  res.json(await prisma.berth.update({ where: { id: req.params.id }, data: req.body }));
});

// The bank's list comes from the bank, though there is a table of that name.
class BankApi {
  async getBanks(): Promise<unknown> {
    return cache.getOrSet("banks", 86400, () => this.#get("/banks"));
  }

  async #get(path: string): Promise<unknown> {
    return (await axios.get(`https://bank.example${path}`)).data;
  }
}
app.get("/banks", async (_req, res) => res.json(await new BankApi().getBanks()));
app.put("/banks/:id", async (req, res) => {
  res.json(await prisma.bank.update({ where: { id: req.params.id }, data: req.body }));
});

// What somebody wished for is kept for two weeks: it is a copy of nothing.
app.post("/pennants/:id/wish", async (req, res) => {
  await redis.set(`pennant:${req.params.id}`, JSON.stringify(req.body), { ex: 60 * 60 * 24 * 15 });
  res.sendStatus(204);
});
app.get("/pennants/:id/wish", async (req, res) => {
  res.json(await redis.get(`pennant:${req.params.id}`));
});
app.delete("/pennants/:id", async (req, res) => {
  res.json(await prisma.pennant.delete({ where: { id: req.params.id } }));
});

app.listen(3000);
