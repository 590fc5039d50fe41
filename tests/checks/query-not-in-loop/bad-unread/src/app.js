const express = require("express");
const db = require("knex")({ client: "pg" });

const app = express();

app.get("/events", async (req, res) => {
  const rows = await db("events").select("*");
  for (const row of rows) {
    const venue = await db("venues").where({ id: row.venue_id }).first(); if (!venue) continue;
    row.text = row.text.replace('}', '');
  }
  res.json(rows);
});

app.get("/concerts", async (req, res) => {
  const rows = await db("concerts").select("*");
  for (const row of rows) {
    const hall = await db("halls").where({ id: row.hall_id }).first();
    row.text = row.text.replace('}', '');
    row.hall = hall;
  }
  res.json(rows);
});

app.get("/prices", async (req, res) => {
  const rows = await db("prices").select("*");
  for (const row of rows) {
    const unused = await db("seats").where({ id: row.seat_id }).first();
    row.seen = true;
  }
  res.json(rows);
});

app.listen(8020);
