import { createClient } from "redis";

const redis = createClient();

// What a person has chosen, and where the conversation stands: no copies of anything.
export async function choose(person: string, options) {
  let model = await redis.get(`model_${person}`);
  if (!model) {
    model = process.env.DEFAULT_MODEL || "small";
    await redis.set(`model_${person}`, model);
  }
  const chat = await redis.get(`chat_${person}`);
  await redis.set(`chat_${person}`, `${chat}_${options.message}`);
  return model;
}

export async function flushDue(now: Date) {
  const last = await redis.get("search_last_flush");
  if (!last || now.getTime() - Date.parse(last) > 900000) await redis.set("search_last_flush", now.toISOString());
}
