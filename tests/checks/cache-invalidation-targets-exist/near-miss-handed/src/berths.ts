import { Router } from "express";

import { berths } from "./database";
import { storesCache } from "./stores";

export const router = Router();

router.get("/berths", async (req, res) => {
  const cacheKey = `berths:${JSON.stringify(req.query)}`;
  const found = await storesCache.getList(cacheKey, async () => berths.search(req.query));
  res.json(found);
});

router.post("/berths", async (req, res) => {
  const made = await berths.create(req.body);
  storesCache.invalidatePattern("berths:");
  res.json(made);
});
