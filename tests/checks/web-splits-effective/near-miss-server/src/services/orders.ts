import { commit } from "./queries";

// Node reads it from the disk of the server: nobody waits for it over a net.
export async function order(id: string) {
  const { select } = await import("./queries");
  await commit(id);
  return select("orders", id);
}
