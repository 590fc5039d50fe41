import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);

// All of them are on their way at once.
export async function forgetAll(domains: { id: string }[]): Promise<void> {
  const going: Promise<number>[] = [];
  for (const domain of domains) {
    going.push(redis.del(`redirect:${domain.id}`));
  }
  await Promise.all(going);
  await Promise.all(
    domains.map(async (domain) => {
      await redis.del(`visits:${domain.id}`);
    }),
  );
}
