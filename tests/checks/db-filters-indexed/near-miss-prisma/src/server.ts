import express from "express";
import { PrismaClient, Deck } from "@prisma/client";

const prisma = new PrismaClient();
const app = express();

app.get("/bookings", async (req, res) => {
  const { note, passengerId } = req.query;
  const filter = { note: String(note) };
  // served by the index on what is sorted by
  await prisma.booking.findMany({ where: { cancelled: false }, orderBy: { createdAt: "desc" }, take: 20 });
  // an indexed column narrows
  await prisma.booking.findMany({ where: { passengerId: Number(passengerId), note: String(note) } });
  // few values, or written there
  await prisma.booking.findMany({ where: { deck: Deck.CAR, voyageType: String(req.query.type) } });
  await prisma.booking.findMany({ where: { note: "none" } });
  // not plain: parts that may be left out, alternatives, what is put together elsewhere
  await prisma.booking.findMany({ where: { note: note ? String(note) : undefined } });
  await prisma.booking.findMany({ where: { OR: [{ note: String(note) }, { passengerId: 1 }] } });
  await prisma.booking.findMany({ where: { ...filter } });
  await prisma.booking.findMany({ where: filter });
  // the whole table is read anyway
  await prisma.booking.findMany({ orderBy: { note: "asc" } });
  // one row at most of a unique key
  await prisma.booking.findUnique({ where: { reference: String(req.query.reference) } });
  // no code fills the table: it is a short list
  await prisma.harbour.findFirst({ where: { code: String(req.query.code) } });
  res.json({});
});

app.post("/bookings", async (req, res) => {
  res.json(await prisma.booking.create({ data: req.body }));
});

app.listen(8080);
