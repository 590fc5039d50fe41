export class OfflineQueue {
  private entries = new Map<string, Entry>();

  async sync(): Promise<void> {
    const done: string[] = [];
    for (const entry of this.entries.values()) {
      if (!entry.dirty) continue;
      try {
        await this.sendEntry(entry);
        done.push(entry.id);
      } catch {
        entry.failures++;
      }
    }
    for (let i = 0; i < done.length; i++) {
      await this.forget(done[i]);
      await cache.delete(done[i]);
    }
  }

  private async sendEntry(entry: Entry) {
    await fetch(`/api/entries/${entry.id}`, { method: "PUT", body: JSON.stringify(entry) });
  }
}

export async function details(ids: string[]) {
  const found: Record<string, Detail> = {};
  for (const id of ids) found[id] = await fetch(`/api/details/${id}`).then((r) => r.json());
  return found;
}

export const Board = {
  async updateChosen(entries: Entry[]) {
    for (const entry of entries) {
      await api.request("POST", "/api/updates", { id: entry.id });
    }
  },
};

// A note: who receives it may show what came first.
export async function removeAll(rows: Row[], onRemove: (id: string) => Promise<void>) {
  for (const row of rows) {
    await api.removeRow(row.id);
  }
}
