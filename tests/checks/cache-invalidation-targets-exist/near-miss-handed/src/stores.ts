import { LRUCache } from "lru-cache";

export class Stores {
  private berthCache = new LRUCache<string, any>({ max: 500 });
  private listCache = new LRUCache<string, any>({ max: 500 });

  async getBerth(id: number, load: () => Promise<any>) {
    const key = `berth:${id}`;
    const kept = this.berthCache.get(key);
    if (kept) return kept;
    const data = await load();
    this.berthCache.set(key, data);
    return data;
  }

  async getList(listKey: string, load: () => Promise<any>) {
    const kept = this.listCache.get(listKey);
    if (kept) return kept;
    const data = await load();
    this.listCache.set(listKey, data);
    return data;
  }

  dropBerth(id: number) {
    this.berthCache.delete(`berth:${id}`);
  }

  invalidatePattern(pattern: string) {
    for (const key of this.listCache.keys()) {
      if (key.includes(pattern)) this.listCache.delete(key);
    }
  }
}

export const storesCache = new Stores();
