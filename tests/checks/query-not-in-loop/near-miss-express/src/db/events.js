import { knex } from './knex.js';

export const venuesOf = (ids) => knex('venues').whereIn('id', ids);

export const shown = (row) => ({ ...row, title: row.title.trim() });
