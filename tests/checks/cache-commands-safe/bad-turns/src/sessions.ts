import Redis from "ioredis";

const redis = new Redis("redis://cache");

export async function revokeSessions(user: string, keep: string) {
  const kept = JSON.parse((await redis.get(`sessions:${user}`)) ?? "[]");
  for (const session of kept) {
    if (session.token === keep) continue;
    await redis.del(`session:${session.token}`);
  }
}
