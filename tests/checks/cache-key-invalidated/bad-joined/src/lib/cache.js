import { createClient } from 'redis';

const client = createClient({ url: process.env.REDIS_URL });

export const EVENT_TTL = 15 * 60;
export const eventKey = (id) => ['event', id].join(':');

export async function remember(key, ttl, load) {
  const hit = await client.get(key);
  if (hit) return JSON.parse(hit);
  const value = await load();
  await client.set(key, JSON.stringify(value), { EX: ttl });
  return value;
}
