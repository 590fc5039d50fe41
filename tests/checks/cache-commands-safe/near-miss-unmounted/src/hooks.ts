import Redis from "ioredis";

const redis = new Redis();

class Hooks {
  async stats(): Promise<number> {
    const keys = await redis.keys("hook:done:*");
    return keys.length;
  }
}

export const hooks = new Hooks();
