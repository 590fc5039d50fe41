import Redis from "ioredis";

export interface Store {
  get(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
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
