import { RedisCache } from "./redis-cache";

// The time to live is the shared cache's own.
const cache = new RedisCache("crew", 30 * 60);

export const crewCache = {
  get: (key: string): Promise<boolean | undefined> => cache.get(key),
  set: (key: string, value: boolean): Promise<void> => cache.set(key, value),
  delete: (key: string): Promise<void> => cache.delete(key),
  cacheHits: 0, cacheMisses: 0,
};
