import type { PoolClient } from "pg";
import { loadBerth, refreshBerth } from "./berths";

// One connection: what is asked side by side waits in its queue.
export async function berthsOf(ids: string[], at: PoolClient) {
  const found = [];
  for (const id of ids) {
    found.push(await loadBerth(id, at));
  }
  return found;
}

export async function overview(one: PoolClient) {
  const open = await one.query("SELECT count(*) FROM berths WHERE open");
  const shut = await one.query("SELECT count(*) FROM berths WHERE NOT open");
  const held = await one.query("SELECT count(*) FROM holds");
  return { open, shut, held };
}

export async function refreshAll(ids: string[], portConnection: Connection) {
  for (const id of ids) {
    await refreshBerth(id, portConnection);
  }
}
