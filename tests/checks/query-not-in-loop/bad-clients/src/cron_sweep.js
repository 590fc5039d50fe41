import { Router } from "express";
import { supabase } from "./client.js";

const router = Router();

// a timer asks for it, and nobody waits
router.post("/", async (req, res) => {
  const { data: ferries } = await supabase.from("ferries").select("*").order("name");
  for (const ferry of ferries) {
    const { data: owner } = await supabase.from("owners").select("*").eq("id", ferry.owner_id);
    if (!owner.length) ferry.lost = true;
  }
  res.end();
});

export default router;
