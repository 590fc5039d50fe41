import { eq } from "drizzle-orm";
import { knex } from "./knex";
import { db } from "./drizzle";
import { items, orders } from "./schema";
import { Supplier } from "./supplier.model";
import mongoose from "mongoose";
import { pool } from "./pg";

export async function reorder(rows: { item: number; amount: number }[]) {
  for (const line of rows) {
    const [item] = await db.select().from(items).where(eq(items.id, line.item));
    await db.insert(orders).values({ item: item.id, amount: line.amount });
  }
}

export async function relabel(labels: Map<string, string>) {
  for (const [code, label] of labels) {
    await knex("items").where({ code }).update({ label });
  }
}

export async function suppliersOf(rows: { supplierId: string }[]) {
  const found = [];
  for (const row of rows) {
    found.push(await Supplier.findById(row.supplierId));
  }
  return found;
}

export async function archiveMany(ids: string[]) {
  for (const id of ids) {
    await pool.query("INSERT INTO archived_items SELECT * FROM items WHERE id = $1", [id]);
  }
}
