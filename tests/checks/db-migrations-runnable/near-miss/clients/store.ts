import { openDatabase } from "./database";

export async function runMigrations(): Promise<void> {
  const db = await openDatabase();
  try {
    await db.migrate();
  } catch (error) {
    if (String(error).includes("already exists")) {
      throw new Error("run the repair first");
    }
    throw error;
  }
}
