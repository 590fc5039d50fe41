import { Router } from "express";
import { db } from "./db";
import { seatBulk, seatAllOfBoat, renumberBulk } from "./crews.repo";

const router = Router();

router.post("/boats/import", async (req, res) => {
  const seats = [];
  for (const boat of req.body.boats) {
    for (const rower of boat.rowers) {
      seats.push({ boatId: boat.id, rower });
    }
  }
  res.json(await seatBulk(db, seats));
});

router.post("/boats/:id/seats", async (req, res) => {
  const boat = await db.query.boats.findFirst();
  const seats = req.body.rowers.map((rower: string) => ({ boatId: boat.id, rower }));
  await seatAllOfBoat(db, seats);
  res.end();
});

router.put("/seats", async (req, res) => {
  await renumberBulk(db, req.body.seats);
  res.end();
});

export default router;
