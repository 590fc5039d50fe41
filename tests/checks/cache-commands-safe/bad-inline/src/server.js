const express = require("express");
const { createClient } = require("redis");

const app = express();
const client = createClient({ url: process.env.REDIS_URL });
client.connect();

app.delete("/listings", async (req, res) => {
  const names = await client.keys("listing:*");
  if (names.length) await client.del(names);
  res.sendStatus(204);
});

app.get("/listings/count", async (req, res) => {
  res.json((await client.keys("listing:*")).length);
});

app.listen(3000);
