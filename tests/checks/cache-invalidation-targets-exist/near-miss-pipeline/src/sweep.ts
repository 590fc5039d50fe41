import Redis from "ioredis";

const CURSOR = "ferry:sweep:cursor";
const LINES = "ferry:sweep:lines";
const SEEN = "ferry:sweep:seen";

export class Sweep {
  constructor(private readonly redis: Redis) {}

  async start(lines: string[]) {
    await this.redis.set(CURSOR, "0");
    const pipeline = this.redis.pipeline();
    pipeline.del(LINES);
    if (lines.length > 0) {
      pipeline.rpush(LINES, ...lines);
    }
    await pipeline.exec();
  }

  // The same, by one chain.
  async see(line: string) {
    await this.redis.multi().sadd(SEEN, line).expire(SEEN, 600).exec();
  }

  async clear() {
    await this.redis.del(CURSOR, LINES, SEEN);
  }
}
