import { PrismaClient } from "@prisma/client";
import { Router } from "express";
import pMap from "p-map";

import { ReturnLoanService } from "./returnLoan";

const prisma = new PrismaClient();
const MAX_LABELS = 10;

export const loans = Router();

// Each renewal stands alone: what fails is tried again with the next call.
loans.post("/renew", async (req, res) => {
  const due = await prisma.loan.findMany({ where: { dueAt: { lt: new Date() } } });
  for (const loan of due) {
    await prisma.$transaction(async (tx) => {
      await tx.renewal.create({ data: { loanId: loan.id } });
      await tx.loan.update({ where: { id: loan.id }, data: { renewed: true } });
    });
  }
  res.json({ renewed: due.length });
});

// A member that is known is brought up to date, another is made.
loans.post("/import-members", async (req, res) => {
  for (const row of req.body.rows) {
    const member = await prisma.member.findFirst({ where: { email: row.email } });
    if (member) {
      member.name = row.name;
      await prisma.member.update({ where: { id: member.id }, data: { name: row.name } });
    } else {
      await prisma.member.create({ data: { email: row.email, name: row.name } });
    }
  }
  res.json({ ok: true });
});

// At most ten: more are refused.
loans.post("/labels", async (req, res) => {
  const ids = req.body.labelIds;
  if (ids.length > MAX_LABELS) {
    return res.status(400).json({ error: `at most ${MAX_LABELS} labels` });
  }
  const names = [];
  for (const id of ids) {
    const label = await prisma.label.findFirst({ where: { id } });
    names.push(label?.name);
  }
  return res.json(names);
});

// What a service does per loan is a procedure, no query; five at a time.
loans.post("/return-all", async (req, res) => {
  const open = await prisma.loan.findMany({ where: { returnedAt: null } });
  const service = new ReturnLoanService();
  await pMap(
    open,
    async (loan) => {
      await service.call(loan.id);
    },
    { concurrency: 5 },
  );
  res.json({ returned: open.length });
});
