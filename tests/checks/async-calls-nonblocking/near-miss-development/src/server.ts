import express from "express";
import { execSync } from "node:child_process";

const app = express();

app.get("/limits", async (req, res) => {
  if (process.env.NODE_ENV === "production") {
    return res.status(403).json({ error: "not here" });
  }
  const limit = execSync("ulimit -n").toString();
  res.json({ limit });
});

app.get("/revision", async (req, res) => {
  let revision = process.env.REVISION;
  if (process.env.NODE_ENV !== "production") {
    revision = execSync("git rev-list --count HEAD").toString();
  }
  res.json({ revision });
});

app.listen(8080);
