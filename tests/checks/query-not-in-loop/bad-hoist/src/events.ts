import { PrismaClient } from "@prisma/client";
import express from "express";

import { BudgetStore } from "./budgets";
import { loadBatch } from "./batch";

const prisma = new PrismaClient();
export const events = express.Router();

events.all("/old/*", (req, res) => {
  res.redirect(308, req.url.replace("/old/", "/"));
});

export const guarded = secured({ reason: "session" }).through(async (req, res) => {
  res.json(await loadBatch(req.body.ids));
});

events.post("/events", async (req, res) => {
  const budgets = new BudgetStore();
  const rows = await prisma.event.findMany();
  for (const event of rows) {
    const user = await prisma.user.findFirst({ where: { email: event.email } });
    const budget = await budgets.ofUser(event.userId);
    console.log(user, budget);
  }
  res.sendStatus(202);
});
