import { Router } from 'express';
import { knex } from '../db/knex.js';

export const events = Router();

events.get('/upcoming', async (req, res) => {
  res.json(await knex('events').orderBy('starts_at').limit(50));
});

events.get('/archive', async (req, res) => {
  const rows = await knex('events').orderBy('starts_at');
  res.json(rows);
});

events.post('/rebuild', async (req, res) => {
  const rows = await knex('events').orderBy('id');
  res.json({ rebuilt: rows.length });
});

events.get('/:id/seats', async (req, res) => {
  res.json(await knex('seats').where({ event_id: req.params.id }));
});
