import { Router } from "express";
import { supabase } from "./client.js";

const router = Router();

async function isBooked(number, transfer) {
  const wanted = [`number.eq.${number}`, `transfer.eq.${transfer}`];
  const { data } = await supabase.from("receipts").select("id").or(wanted.join(",")).limit(1);
  return data.length > 0;
}

router.post("/import", async (req, res) => {
  const fresh = [];
  for (const row of req.body.rows) {
    if (await isBooked(row.number, row.transfer)) continue;
    fresh.push(row);
  }
  res.json(fresh);
});

// nobody looks at what is found
router.post("/check", async (req, res) => {
  for (const row of req.body.rows) {
    const found = await supabase.from("receipts").select("id").eq("number", row.number);
  }
  res.end();
});

export default router;
