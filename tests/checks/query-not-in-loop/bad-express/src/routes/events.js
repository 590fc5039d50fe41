import { Router } from 'express';
import { knex } from '../db/knex.js';
import * as store from '../db/events.js';

export const events = Router();

// A venue for each event, by the module that holds the queries.
events.get('/', async (req, res) => {
  const rows = await knex('events').where('city', req.query.city).limit(40);
  const out = [];
  for (const row of rows) {
    const venue = await store.findVenue(row.venue_id);
    out.push({ ...row, venue });
  }
  res.json(out);
});

events.get('/sold', async (req, res) => {
  const rows = await knex('events').limit(100);
  const sold = await Promise.all(rows.map((row) => store.soldFor(row.id)));
  res.json(sold);
});
