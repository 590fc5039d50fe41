import Redis from "ioredis";

interface Entry {
  key: string;
  value: string;
  ttl: number;
}

/** One place for all that the desk keeps in Redis. */
export class RedisStore {
  private readonly redis = new Redis(process.env.REDIS_URL ?? "redis://localhost:6379");

  get(key: string) {
    return this.redis.get(key);
  }

  set({ key, value, ttl }: Entry) {
    return this.redis.set(key, value, "EX", ttl);
  }

  del(key: string) {
    return this.redis.del(key);
  }
}
