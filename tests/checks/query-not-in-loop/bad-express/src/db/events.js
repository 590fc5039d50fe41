import { knex } from './knex.js';

export const findVenue = (id) => knex('venues').where({ id }).first();

export async function soldFor(eventId) {
  const [{ count }] = await knex('tickets').where({ event_id: eventId }).count();
  return Number(count);
}
