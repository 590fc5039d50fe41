import Redis from "ioredis";
import { LRUCache } from "lru-cache";

const redis = new Redis(process.env.REDIS_URL!);
const pageCache = new LRUCache<string, string>({ max: 500 });
const cachedUntil = new WeakMap<object, number>();
const templateCache = new Map<string, string>();

export async function form(id: string, load: (id: string) => Promise<string>) {
  const hit = pageCache.get(id) ?? (await redis.get(`form:${id}`));
  if (hit) return hit;
  const value = await load(id);
  pageCache.set(id, value);
  await redis.set(`form:${id}`, value, "EX", 60);
  cachedUntil.set({ id }, Date.now());
  return value;
}

export function template(name: string, load: (name: string) => string) {
  if (templateCache.size > 100) templateCache.clear();
  if (!templateCache.has(name)) templateCache.set(name, load(name));
  return templateCache.get(name);
}

export function once(values: string[]) {
  const localCache = new Map<string, number>();
  for (const value of values) localCache.set(value, value.length);
  return localCache;
}
