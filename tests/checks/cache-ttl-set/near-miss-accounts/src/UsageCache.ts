import { type Cache, createCache } from "cache-manager";

export class UsageCache {
  private cache: Cache;

  public initialize() {
    this.cache = createCache();
  }

  public async get<T>(key: string): Promise<T | null> {
    return this.cache.get<T>(key);
  }

  public set<T>(key: string, value: T, ttl?: number) {
    if (this.cache) {
      this.cache.set(key, value, ttl);
    }
  }

  // The class offers what the library offers.
  public async del(key: string): Promise<void> {
    await this.cache.del(key);
  }
}
