import Redis from "ioredis";

const redis = new Redis("redis://cache");

export async function dropRooms() {
  const rooms = await redis.smembers("rooms");
  for (const room of rooms) {
    await redis.del(`room:${room}`);
    if (room.startsWith("tmp-")) {
      await redis.del(`room:${room}:files`);
    }
  }
}
