import Redis from "ioredis";

export const connect = (db = 0) => new Redis({ db });

export async function clearTestRedis(redis: Redis): Promise<void> {
  await redis.flushdb();
}

export async function freshTestRedis(): Promise<Redis> {
  const redis = connect(15);
  await clearTestRedis(redis);
  return redis;
}
