import express from "express";
import { CacheService } from "./cache.service";

const app = express();
const cache = new CacheService();

void cache.warmUp(async (artist) => artist);

app.get("/pictures", async (_req, res) => {
  const hit = await cache.get("pictures:all");
  if (hit) return res.send(hit);
  await cache.set("pictures:all", "[]");
  return res.send("[]");
});

app.post("/artists/:artist/pictures", async (req, res) => {
  await cache.invalidatePictures(req.params.artist);
  res.sendStatus(201);
});

app.listen(3000);
