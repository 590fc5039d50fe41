import Redis from "ioredis";

const redis = new Redis("redis://cache");
const MAX_GUESTS_PER_ROOM = 20;

export async function liveGuests(room: string) {
  const guests = await redis.smembers(`guests:${room}`);
  let live = 0;
  for (const guest of guests) {
    const there = await redis.exists(`guest:${guest}`);
    live += there;
  }
  return live;
}

export async function enter(room: string) {
  if ((await liveGuests(room)) >= MAX_GUESTS_PER_ROOM) throw new Error("full");
}
