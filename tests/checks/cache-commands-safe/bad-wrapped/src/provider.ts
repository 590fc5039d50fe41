import { createClient } from "redis";

export async function makeProvider() {
  const redisClient = await createClient({ url: process.env.REDIS_URL }).connect();
  return {
    get: async (key: string) => redisClient.get(key),
    keys: async (pattern: string) => {
      const found = await redisClient?.keys(pattern);
      return found || [];
    },
    remove: async (keys: string[]) => redisClient.del(keys),
  };
}
