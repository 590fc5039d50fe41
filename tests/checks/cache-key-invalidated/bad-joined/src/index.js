import express from 'express';
import knexFactory from 'knex';
import { eventKey, EVENT_TTL, remember } from './lib/cache.js';

const knex = knexFactory({ client: 'pg', connection: process.env.DATABASE_URL });
const app = express();

app.get('/api/events/:id', async (req, res) => {
  const event = await remember(eventKey(req.params.id), EVENT_TTL, () => knex('events').where({ id: req.params.id }).first());
  res.json(event);
});

app.put('/api/events/:id', async (req, res) => {
  await knex('events').where({ id: req.params.id }).update(req.body);
  res.sendStatus(204);
});

app.listen(4000);
