import { makeProvider } from "./provider";

const provider = makeProvider();

const cache = {
  keys: async (pattern: string) => (await provider).keys(pattern),
  remove: async (keys: string[]) => (await provider).remove(keys),
};

// Each change of a page walks all keys of the server.
export async function forgetPage(slug: string) {
  const keys = await cache.keys(`page:${slug}:*`);
  if (keys.length > 0) await cache.remove(keys);
}
