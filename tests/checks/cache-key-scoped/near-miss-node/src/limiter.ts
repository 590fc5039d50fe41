import { createClient } from "redis";

const redis = createClient();

// Counts requests; no answer is kept under the path.
export async function limited(req, res, next) {
  const key = `ratelimit:${req.path}:${req.method}`;
  const kept = await redis.get(key);
  const limit = kept ? JSON.parse(kept) : { left: 60 };
  limit.left -= 1;
  await redis.set(key, JSON.stringify(limit), { PX: 60000 });
  return limit.left < 0 ? res.sendStatus(429) : next();
}
