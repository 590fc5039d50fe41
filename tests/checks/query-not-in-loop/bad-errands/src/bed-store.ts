import type { Db } from "./db";

const TABLE = "beds";

export class BedStore {
  constructor(private readonly db: Db) {}

  async cleanMany(beds: Bed[]): Promise<void> {
    for (const bed of beds) {
      await this.db(TABLE).where({ id: bed.id }).update({ cleaned_at: new Date() });
    }
  }

  // One statement per ward: the beds of a ward go as a list.
  async move(byWard: Record<string, string[]>): Promise<void> {
    for (const ward of Object.keys(byWard)) {
      const ids = byWard[ward].sort();
      await this.db(TABLE).update({ ward }).whereIn("id", ids);
    }
  }
}
