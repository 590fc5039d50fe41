import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);

export async function work(): Promise<never> {
  while (true) {
    const job = await redis.get("jobs:next");
    if (job) await redis.del("jobs:next");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

// All of them are on their way at once.
export async function forget(domains: { id: string }[]): Promise<void> {
  await Promise.all(domains.map((domain) => redis.del(`redirect:${domain.id}`)));
}
