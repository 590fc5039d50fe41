import { Pool } from "pg";

const INDEXES = [
  "CREATE INDEX IF NOT EXISTS idx_bookings_guest ON bookings (guest_id)",
  "CREATE INDEX IF NOT EXISTS idx_bookings_room ON bookings (room_id)",
];

export async function prepare(pool: Pool): Promise<void> {
  for (const statement of INDEXES) {
    await pool.query(statement);
  }
}
