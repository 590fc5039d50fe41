import { CacheService } from "./cache-service";
import { gates } from "./gates";

export class Tolls {
  constructor(private readonly cache: CacheService) {}

  async of(gate: string) {
    const key = `${gate}:tolls`;
    const kept = await this.cache.get(key);
    if (kept) return kept;
    const found = await gates.tolls(gate);
    this.cache.set(key, found);
    return found;
  }
}
