import { eq } from "drizzle-orm";
import { db } from "../src/db";
import { letters, visits } from "../src/schema";

// Run once, by hand: a script of package.json names it.
async function fetchMany(rows: { id: string }[]) {
  for (const row of rows) {
    const [visit] = await db.select().from(visits).where(eq(visits.id, row.id));
    console.log(visit);
  }
}

fetchMany(await db.select().from(letters));
