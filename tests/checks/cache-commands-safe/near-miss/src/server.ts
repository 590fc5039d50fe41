import express from "express";
import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);
const app = express();
const trees = new Map<string, string>();

// One round trip for all of them.
app.post("/trees", async (req, res) => {
  const pipeline = redis.pipeline();
  for (const tree of req.body.trees) {
    pipeline.set(`tree:${tree.id}`, tree.name, "EX", 600);
    trees.set(tree.id, tree.name);
  }
  await pipeline.exec();
  res.json({ names: Object.keys(req.body), all: [...trees.keys()] });
});

// Three tries for one key.
app.get("/trees/:id", async (req, res) => {
  for (let attempt = 0; attempt < 3; attempt++) {
    const hit = await redis.get(`tree:${req.params.id}`);
    if (hit) return res.send(hit);
  }
  return res.sendStatus(404);
});

app.listen(3000);
