import { RedisCache } from "./redis-cache";

export class CacheService {
  constructor(private readonly cache: RedisCache) {}

  async get(key: string) {
    return this.cache.get(key);
  }

  async set(key: string, value: unknown, ttl?: number) {
    return this.cache.set(key, value, ttl);
  }
}
