import Redis from "ioredis";

export interface VisitsStore {
  yesterdayPerVersion(): Promise<number[]>;
}

// Kept for the old dashboard: nothing asks it any more.
export class RedisVisitsStore implements VisitsStore {
  constructor(private readonly redis: Redis) {}

  async yesterdayPerVersion() {
    const versions = await this.redis.smembers("versions");
    return this.countsOf(versions);
  }

  private async countsOf(versions: string[]) {
    const counts: number[] = [];
    for (const version of versions) {
      counts.push(Number(await this.redis.get(`visits:${version}`)));
    }
    return counts;
  }
}
