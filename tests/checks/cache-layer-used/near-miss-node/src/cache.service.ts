import Redis from "ioredis";

export interface Store {
  get(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
}

// `delete` is called through the interface.
export class LedgerCache implements Store {
  private readonly redis = new Redis(process.env.LEDGER_URL!);

  async get(key: string) {
    return this.redis.get(key);
  }

  async put(key: string, value: string) {
    await this.redis.set(key, value, "EX", 60);
  }

  async delete(key: string) {
    await this.redis.del(key);
  }
}

export async function keep(ledgerCache: LedgerCache, entry: { number: string; text: string }) {
  await ledgerCache.get(`entry:${entry.number}`);
  await ledgerCache.put(`entry:${entry.number}`, entry.text);
}

export class CacheService implements Store {
  private readonly redis = new Redis(process.env.REDIS_URL!);

  async get(key: string) {
    return this.redis.get(key);
  }

  async set(key: string, value: string, seconds = 600) {
    await this.redis.set(key, value, "EX", seconds);
  }

  async delete(key: string) {
    await this.redis.del(key);
  }

  async invalidatePictures(artist: string) {
    await this.delete(`pictures:${artist}`);
  }

  async warmUp(load: (artist: string) => Promise<string>) {
    await this.set("pictures:all", await load("*"));
  }
}
