import express from "express";
import { supabase } from "./client.js";
import sweep from "./cron_sweep.js";
import logs from "./logs.js";
import receipts from "./receipts.js";

const app = express();
app.use("/logs", logs);
app.use("/receipts", receipts);
app.use("/sweep", sweep);

app.get("/ferries", async (req, res) => {
  const { data: ferries, error } = await supabase
    .from("ferries")
    .select("*")
    .order("name");
  if (error) return res.status(500).json({ error });
  for (const ferry of ferries) {
    const { data: trips } = await supabase.from("trips").select("*").eq("ferry_id", ferry.id);
    ferry.trips = trips;
  }
  res.json(ferries);
});

app.post("/passengers/import", async (req, res) => {
  for (const row of req.body.rows) {
    const { error } = await supabase.from("passengers").insert(row);
    if (error) return res.status(400).json({ error });
  }
  res.end();
});

app.listen(3000);
