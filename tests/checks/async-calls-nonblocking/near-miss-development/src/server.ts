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

const config = { debug: process.env.DEBUG === "1" };

app.get("/processes", async (req, res) => {
  if (!config.debug) return res.sendStatus(404);
  res.send(execSync("ps aux").toString());
});

app.get("/disks", async (req, res) => {
  if (process.env.NODE_ENV !== "development") {
    throw new Error("not here");
  }
  res.send(execSync("df -h").toString());
});

app.get("/memory", async (req, res) => {
  const found = {};
  if (config.debug) {
    Object.assign(found, { free: execSync("free -m").toString() });
  }
  res.json(found);
});

app.listen(8080);
