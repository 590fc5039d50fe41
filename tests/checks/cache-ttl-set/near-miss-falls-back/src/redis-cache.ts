import { createClient } from "redis";

export class RedisCache {
  private client = createClient();

  constructor(private ttl = 600) {}

  private named(key: string) {
    return `tolls:${key}`;
  }

  async has(key: string) {
    return (await this.client.exists(this.named(key))) > 0;
  }

  async get(key: string) {
    return JSON.parse((await this.client.get(this.named(key))) ?? "null");
  }

  // Whoever says no time is given that of the settings.
  async set(key: string, value: unknown, ttl?: number) {
    await this.client.setEx(this.named(key), ttl || this.ttl, JSON.stringify(value));
  }
}
