import { Router } from 'express';
import { knex as db } from '../db/knex.js';

export const tickets = Router();

tickets.post('/', async (req, res) => {
  // One statement for all seats.
  const ids = await db('tickets').insert(req.body.seats.map((seat) => ({ seat }))).returning('id');
  res.json(ids);
});
