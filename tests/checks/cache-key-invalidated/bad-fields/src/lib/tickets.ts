import { RedisStore } from "./redis-store.js";

// Another class with a prefix of the same name: what it deletes is its own.
export class LoginTickets {
  private readonly PREFIX = "login-ticket";

  constructor(private readonly redisStore: RedisStore) {}

  async take(id: string) {
    const ticket = await this.redisStore.get(`${this.PREFIX}:${id}`);
    await this.redisStore.del(`${this.PREFIX}:${id}`);
    return ticket;
  }

  async put(id: string, user: string) {
    await this.redisStore.set({ key: `${this.PREFIX}:${id}`, value: user, ttl: 300 });
  }
}
