const { createClient } = require("redis");

const client = createClient({ url: process.env.REDIS_URL });

async function regions(load) {
  const hit = await client.get("regions:all");
  if (hit) return JSON.parse(hit);
  const regions = await load();
  await client.setEx("regions:all", 3600, JSON.stringify(regions));
  return regions;
}

async function tile(x, y, load) {
  const key = "tile:" + x + ":" + y;
  const hit = await client.get(key);
  if (hit) return hit;
  const tile = await load(x, y);
  await client.set(key, tile);
  return tile;
}

module.exports = { regions, tile };
