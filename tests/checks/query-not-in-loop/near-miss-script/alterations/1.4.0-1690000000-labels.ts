import { sql } from "slonik";

const alteration = {
  up: async (pool) => {
    const rows = await pool.any(sql`select id, label from visits`);
    for (const row of rows) {
      await pool.query(sql`update visits set label = ${row.label.trim()} where id = ${row.id}`);
    }
  },
  down: async (pool) => {
    await pool.query(sql`update visits set label = ''`);
  },
};

export default alteration;
