import Redis from "ioredis";

export const connect = () => new Redis({ db: 15 });

export async function clear(redis: Redis): Promise<void> {
  await redis.flushdb();
}

export async function fresh(): Promise<Redis> {
  const redis = connect();
  await clear(redis);
  return redis;
}
