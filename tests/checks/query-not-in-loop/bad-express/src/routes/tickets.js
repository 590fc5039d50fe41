import { Router } from 'express';
import { knex as db } from '../db/knex.js';

export const tickets = Router();

async function insertTicket(trx, ticket) {
  return trx('tickets').insert(ticket).returning('id');
}

tickets.post('/bulk', async (req, res) => {
  const ids = await db.transaction(async (trx) => {
    const made = [];
    for (const seat of req.body.seats) {
      made.push(await insertTicket(trx, { seat, event_id: req.body.event }));
    }
    return made;
  });
  res.json(ids);
});
