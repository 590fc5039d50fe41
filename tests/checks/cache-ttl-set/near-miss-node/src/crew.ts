import Redis from "ioredis";
import { crewCache } from "./cache";
import { crewOf, talk } from "./crews";

const redis = new Redis(process.env.REDIS_URL!);

export async function aboard(ship: string, sailor: string): Promise<boolean> {
  const key = `ship:${ship}:sailor:${sailor}`;
  let known = await crewCache.get(key);
  if (known === undefined) {
    known = await crewOf(ship, sailor);
    await crewCache.set(key, known);
  }
  return known;
}

// A mark that is taken away when the import is over.
export async function importCrew(ship: string): Promise<void> {
  if (await redis.get(`import:${ship}:crew`)) return;
  await redis.set(`import:${ship}:crew`, "true");
}

export async function importToken(ship: string, token: string): Promise<void> {
  const known = await redis.get(`import:${ship}`);
  if (!known) await redis.set(`import:${ship}`, token);
}

export async function importEnds(ship: string): Promise<void> {
  await redis.del(`import:${ship}`);
}

// Which thread a conversation goes on in: no copy, but the only place that knows.
export async function threadOf(ship: string): Promise<string> {
  let threadId = await redis.get(`thread:${ship}`);
  if (!threadId) {
    threadId = (await talk.open(ship)).id as string;
    await redis.set(`thread:${ship}`, threadId);
  }
  return threadId;
}
