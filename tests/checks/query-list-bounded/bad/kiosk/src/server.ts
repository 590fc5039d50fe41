import express from "express";
import { prisma } from "./db";

const app = express();

async function listReservations(_req: express.Request, res: express.Response) {
  const reservations = await prisma.reservation.findMany({ orderBy: { at: "desc" } });
  res.json(reservations);
}

app.get("/reservations", listReservations);
app.listen(3000);
