import { Router } from "express";
import { execSync } from "node:child_process";

const router = Router();

router.get("/level", async (req, res) => {
  res.json({ level: execSync("gauge --level").toString() });
});

export default router;
