export class TtlCache<T> {
  private readonly kept = new Map<string, { value: T; until: number }>();

  constructor(private readonly ttlMs: number) {}

  async get(key: string): Promise<T | undefined> {
    const found = this.kept.get(key);
    return found && found.until > Date.now() ? found.value : undefined;
  }

  async set(key: string, value: T) {
    this.kept.set(key, { value, until: Date.now() + this.ttlMs });
  }
}
