import express from "express";
import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();
const app = express();
app.use(express.json());

app.get("/bookings/:reference", async (req, res) => {
  const booking = await prisma.booking.findFirst({
    where: { reference: req.params.reference, cancelled: false },
    include: { passenger: true },
  });
  res.json(booking);
});

app.get("/passengers/:id/bookings", async (req, res) => {
  const passengerId = Number(req.params.id);
  res.json(await prisma.booking.findMany({ where: { passengerId } }));
});

app.get("/bookings", async (req, res) => {
  // the newest first
  const rows = await prisma.booking.findMany({
    where: { cancelled: false },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: 50,
  });
  res.json(rows);
});

app.get("/bookings/today/count", async (req, res) => {
  const since = new Date();
  since.setHours(0, 0, 0, 0);
  res.json({ count: await prisma.booking.count({ where: { createdAt: { gte: since } } }) });
});

app.post("/bookings", async (req, res) => {
  res.json(await prisma.booking.create({ data: req.body }));
});

app.listen(8080);
