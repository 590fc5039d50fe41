import { Router } from "express";
import { MongoClient } from "mongodb";

const client = new MongoClient(process.env.MONGO_URL);
const db = client.db("ferries");
const pilots = db.collection("pilots");
const router = Router();

router.get("/entries", async (req, res) => {
  const entries = await db.collection("entries").find({}).toArray();
  for (const entry of entries) {
    entry.pilot = await pilots.findOne({ _id: entry.pilotId });
  }
  res.json(entries);
});

export default router;
