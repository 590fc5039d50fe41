import { PrismaClient } from "@prisma/client";
import { RedisStore } from "./redis-store.js";

const prisma = new PrismaClient();

export class Books {
  private readonly PREFIX = "book";

  constructor(private readonly redisStore: RedisStore) {}

  async find(id: string) {
    const key = `${this.PREFIX}:${id}`;
    const hit = await this.redisStore.get(key);
    if (hit) return JSON.parse(hit);
    const book = await prisma.book.findUnique({ where: { id } });
    await this.redisStore.set({ key, value: JSON.stringify(book), ttl: 3600 });
    return book;
  }
}
