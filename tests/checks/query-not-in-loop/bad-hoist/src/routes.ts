import express from "express";

import { events } from "./events";
import { PromptStore } from "./prompts";

export const app = express();
const store = new PromptStore();

export async function loadAll(req, res) {
  const { shopId, ids } = req.body;
  const loaded = [];
  for (const handle of req.body.ids) {
    loaded.push(await store.load({ shopId, handle }));
  }
  res.json(loaded);
}

app.post("/prompts/load", loadAll);
app.use("/api", events);
