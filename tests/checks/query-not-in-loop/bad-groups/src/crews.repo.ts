import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { seats } from "./schema";
import { groupByKey } from "./groups";
import type { Db } from "./db";

type NewSeat = { boatId: number; rower: string };

// Each boat of an import gets its seats behind those that it has.
export async function seatBulk(db: Db, rows: NewSeat[]) {
  return db.transaction(async (tx) => {
    const byBoat = groupByKey(rows, "boatId");
    const values = [];
    for (const [boatId, own] of byBoat.entries()) {
      const last = await tx.query.seats.findFirst({
        where: eq(seats.boatId, boatId),
        orderBy: [desc(seats.index)],
      });
      own.forEach((one, at) => values.push({ ...one, index: (last?.index ?? -1) + 1 + at }));
    }
    return tx.insert(seats).values(values);
  });
}

// All rows that callers hand over are of one boat: one group, one query.
export async function seatAllOfBoat(db: Db, rows: NewSeat[]) {
  const byBoat = new Map<number, NewSeat[]>();
  for (const row of rows) {
    const own = byBoat.get(row.boatId) ?? [];
    own.push(row);
    byBoat.set(row.boatId, own);
  }
  for (const boatId of byBoat.keys()) {
    const twice = await db.select().from(seats).where(eq(seats.boatId, boatId));
    if (twice.length > 8) {
      await db.execute(sql`
        WITH ordered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM "seats")
        UPDATE "seats" s SET "index" = o.place FROM ordered o WHERE o.id = s.id`);
    }
  }
}

// What is looked at again has just been written: it cannot be asked before.
export async function renumberBulk(db: Db, rows: { id: number; index: number }[]) {
  for (const row of rows) {
    await db.update(seats).set({ index: row.index }).where(eq(seats.id, row.id));
    await db.select().from(seats).where(and(eq(seats.id, row.id), eq(seats.index, row.index)));
  }
}
