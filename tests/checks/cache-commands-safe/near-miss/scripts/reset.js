const Redis = require("ioredis");

const redis = new Redis();

async function resetAll() {
  await redis.flushall();
}

resetAll();
