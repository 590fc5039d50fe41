import type { Pool } from 'pg';

interface Context {
  db: Pool;
}

export const resolvers = {
  Query: {
    trees: async (_: unknown, args: { after?: string }, { db }: Context) => {
      const { rows } = await db.query('SELECT * FROM trees WHERE id > $1 ORDER BY id LIMIT 50', [args.after ?? '']);
      return { edges: rows.map((node) => ({ node, cursor: node.id })) };
    },
    tree: async (_: unknown, { id }: { id: string }, { db }: Context) => {
      const { rows } = await db.query('SELECT * FROM trees WHERE id = $1', [id]);
      return rows[0];
    },
  },
  Tree: {
    harvests: async (tree: { id: string }, { first }: { first: number }, { db }: Context) => {
      const { rows } = await db.query('SELECT * FROM harvests WHERE tree_id = $1 LIMIT $2', [tree.id, first]);
      return rows;
    },
    cultivar: async (tree: { cultivarId: string }, _args: unknown, { db }: Context) => {
      const { rows } = await db.query('SELECT * FROM cultivars WHERE id = $1', [tree.cultivarId]);
      return rows[0];
    },
  },
};
