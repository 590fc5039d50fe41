import { eq } from "drizzle-orm";
import { db } from "./db";
import { letters, visits } from "./schema";

// Every row gets a number of its own.
export async function renumber(rows: { id: string; number: number }[]) {
  for (const row of rows) {
    await db.update(visits).set({ number: row.number }).where(eq(visits.id, row.id));
  }
}

// One that cannot be written does not keep the others from it.
export async function file(rows: { id: string; text: string }[]) {
  for (const row of rows) {
    try {
      await db.insert(letters).values(row);
    } catch (error) {
      console.error(error);
    }
  }
}

// All of them get the same: one statement would do.
export async function closeMany(ids: string[]) {
  for (const id of ids) {
    await db.update(visits).set({ open: false }).where(eq(visits.id, id));
  }
}
