const express = require("express");
const Redis = require("ioredis");
const { loadProfile, loadNews } = require("./loading");

const app = express();
const redis = new Redis(process.env.REDIS_URL);

app.get("/me", async (req, res) => {
  const kept = await redis.get("profile");
  if (kept) return res.json(JSON.parse(kept));
  const profile = await loadProfile(req.user.id);
  await redis.set("profile", JSON.stringify(profile), "EX", 300);
  res.json(profile);
});

app.get("/me/own", async (req, res) => {
  const kept = await redis.get(`profile:${req.user.id}`);
  if (kept) return res.json(JSON.parse(kept));
  const profile = await loadProfile(req.user.id);
  await redis.set(`profile:${req.user.id}`, JSON.stringify(profile), "EX", 300);
  res.json(profile);
});

app.get("/news", async (req, res) => {
  const kept = await redis.get("news");
  if (kept) return res.json(JSON.parse(kept));
  const news = await loadNews();
  await redis.set("news", JSON.stringify(news), "EX", 300);
  res.json(news);
});

app.listen(3000);
