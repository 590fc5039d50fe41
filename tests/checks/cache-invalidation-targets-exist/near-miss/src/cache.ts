import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);
const open = new Map<string, number>();

// Written by a hash command, deleted whole.
export async function board(trip: string, seat: string, name: string) {
  await redis.hset(`trip:${trip}:seats`, seat, name);
}
export async function cancel(trip: string) {
  await redis.del(`trip:${trip}:seats`);
}

// A prefix of what is written.
export async function fares(from: string, to: string, value: object) {
  await redis.setex(`fares:${from}:${to}`, 600, JSON.stringify(value));
}
export async function newFares() {
  for await (const keys of redis.scanStream({ match: "fares:*" })) {
    if (keys.length) await redis.unlink(...keys);
  }
}

// The queue's own keys.
export async function dropQueue() {
  await redis.del("bull:departures:meta");
}

// Neither a map, nor HTTP, nor a header is a cache.
export function leave(trip: string, http: { delete(path: string): void }, headers: Headers) {
  open.delete(`trips:${trip}`);
  http.delete(`/trips/${trip}`);
  headers.delete("x-trip");
}
