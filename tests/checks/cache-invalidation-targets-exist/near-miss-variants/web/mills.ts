import Redis from "ioredis";

const redis = new Redis(process.env.REDIS_URL!);

export async function keep(mill: string, full: boolean, data: object) {
  const form = full ? "whole" : "part";
  await redis.setex(`mill:${mill}:${form}`, 600, JSON.stringify(data));
}

export async function forget(mill: string) {
  await redis.del(`mill:${mill}:whole`);
  await redis.del(`mill:${mill}:part`);
}

export async function keepWind(mill: string, strong: boolean, wind: string) {
  let force = "calm";
  if (strong) {
    force = "storm";
  }
  await redis.setex(`wind:${mill}:${force}`, 600, wind);
}

export async function forgetWind(mill: string) {
  await redis.del(`wind:${mill}:storm`);
}

// Which of two is deleted a condition tells, too.
export async function keepSails(mill: string, sails: string) {
  await redis.setex(`sails:${mill}:new`, 600, sails);
}

export async function forgetSails(mill: string, fresh: boolean) {
  await redis.del(`sails:${mill}:${fresh ? "new" : "old"}`);
}
