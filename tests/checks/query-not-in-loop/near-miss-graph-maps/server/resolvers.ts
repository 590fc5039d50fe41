import type DataLoader from 'dataloader';
import type { Pool } from 'pg';

interface Context {
  db: Pool;
  loaders: { cultivar: DataLoader<string, unknown> };
}

export const resolvers = {
  Query: {
    trees: async (_: unknown, _args: unknown, { db }: Context) => {
      const { rows } = await db.query('SELECT * FROM trees LIMIT 100');
      return rows;
    },
    owner: async (_: unknown, { id }: { id: string }, { db }: Context) => {
      const { rows } = await db.query('SELECT * FROM owners WHERE id = $1', [id]);
      return rows[0];
    },
  },
  Tree: {
    cultivar: (tree: { cultivarId: string }, _args: unknown, { loaders }: Context) =>
      loaders.cultivar.load(tree.cultivarId),
    // The row of the list has it.
    label: (tree: { label: unknown }) => tree.label,
  },
  // One owner at a time.
  Owner: {
    address: async (owner: { id: string }, _args: unknown, { db }: Context) => {
      const { rows } = await db.query('SELECT line FROM addresses WHERE owner_id = $1', [owner.id]);
      return rows[0]?.line;
    },
  },
};

// No type of the schema is called so.
export const Basket = {
  fill: async (basket: { id: string }, db: Pool) => db.query('SELECT * FROM apples WHERE basket_id = $1', [basket.id]),
};
