import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);

export async function ground(mill: string): Promise<number> {
  const before = await redis.get(`sacks:${mill}`);
  const sacks = Number(before ?? "0") + 1;
  await redis.set(`sacks:${mill}`, sacks);
  return sacks;
}

export async function taken(mill: string): Promise<void> {
  const before = await redis.get(`sacks:${mill}`);
  await redis.set(`sacks:${mill}`, String(parseInt(before ?? "0", 10) - 1));
}

export async function wear(mill: string): Promise<void> {
  const known = await redis.get(`wear:${mill}`);
  if (known) await redis.set(`wear:${mill}`, "new");
}

export async function wears(mill: string): Promise<void> {
  await redis.incr(`wear:${mill}`);
}
