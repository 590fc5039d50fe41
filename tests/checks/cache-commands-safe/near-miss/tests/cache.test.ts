import Redis from "ioredis";

const redis = new Redis();

beforeEach(async () => {
  await redis.flushdb();
});
