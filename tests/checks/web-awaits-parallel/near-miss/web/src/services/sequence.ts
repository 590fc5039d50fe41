import { api, pool, sleep } from "./base";

// retry with a growing pause
export async function withRetry<T>(operation: () => Promise<T>, retries = 3): Promise<T> {
  let last: unknown;
  for (let attempt = 1; attempt <= retries; attempt++) {
    try {
      return await operation();
    } catch (error) {
      last = error;
      await sleep(100 * 2 ** attempt);
    }
  }
  throw last;
}

export async function firstMirror(urls: string[]) {
  for (const url of urls) {
    const response = await fetch(url);
    if (response.ok) return response;
  }
  return null;
}

export async function untilFull(ids: string[]) {
  const kept = [];
  for (const id of ids) {
    const item = await api.getItem(id);
    if (kept.length >= 10) break;
    kept.push(item);
  }
  return kept;
}

export async function chain(deltas: Delta[]) {
  let state = await api.getState();
  for (const delta of deltas) {
    state = await api.postDelta(state.version, delta);
  }
  return state;
}

export async function unseen(ids: string[]) {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) continue;
    const one = await api.getItem(id);
    seen.add(one.parent);
  }
}

export async function allPages() {
  const rows = [];
  let cursor: string | undefined;
  do {
    const page = await api.listRows(cursor);
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor);
  for await (const chunk of api.stream()) rows.push(await api.parseChunk(chunk));
  return rows;
}

export async function inBatches(ids: string[]) {
  for (const batch of chunks(ids, 20)) {
    await Promise.all(batch.map((id) => api.getItem(id)));
  }
}

export async function politely(ids: string[]) {
  // the partner allows one request at a time
  for (const id of ids) {
    await api.fetchPartner(id);
  }
  for (const id of ids) {
    await limiter.acquire();
    await api.fetchPartner(id);
  }
}

export async function restore(plan: Plan, job: Job) {
  for (const step of plan.steps) {
    await executeStep(step, job);
  }
  for (const part of plan.parts) {
    const ok = await api.verifyPart(part);
    if (!ok) throw new Error(`part ${part.name} is broken`);
  }
}

export async function book(orders: Order[]) {
  await prisma.$transaction(async (tx) => {
    for (const order of orders) {
      await saveOrder(tx, order);
    }
  });
}

export async function* walk(ids: string[]) {
  for (const id of ids) yield await api.getItem(id);
}

export async function dependent(id: string) {
  const user = await api.getUser(id);
  const team = await api.getTeam(user.teamId);
  const owner = await api.getUser(team.ownerId);
  return { user, team, owner };
}

export async function guarded(id: string) {
  const item = await api.getItem(id);
  if (!item) throw new Error("gone");
  const notes = await api.getNotes(id);
  return { item, notes };
}

export async function handler(request: Request) {
  const session = await getSession(request);
  const body = await request.json();
  const created = await api.createItem(body);
  const mailed = await api.sendMail(body);
  return { session, created, mailed };
}

export async function separate() {
  const one = async () => { const a = await api.getA(); return a; };
  const two = async () => { const b = await api.getB(); return b; };
  return Promise.all([one(), two()]);
}

/** What lies in the browser itself costs no round trip. */
export async function snapshot(db: IDBDatabase) {
  const stores: Record<string, unknown> = {};
  for (const name of Array.from(db.objectStoreNames)) {
    stores[name] = await readAll(db.transaction(name, "readonly").objectStore(name));
  }
  return stores;
}
