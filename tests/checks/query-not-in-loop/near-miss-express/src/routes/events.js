import { Router } from 'express';
import { knex } from '../db/knex.js';
import * as store from '../db/events.js';

export const events = Router();

events.get('/', async (req, res) => {
  const rows = await knex('events').where('city', req.query.city).limit(40);
  const venues = await store.venuesOf(rows.map((row) => row.venue_id));
  const out = [];
  for (const row of rows) {
    out.push({ ...store.shown(row), venue: venues.find((one) => one.id === row.venue_id) });
  }
  res.json(out);
});
