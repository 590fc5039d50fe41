import { Router } from "express";
import { hooks } from "../hooks";

const router = Router();
router.get("/stats", async (req, res) => {
  const stats = await hooks.stats();
  res.json(stats);
});
export default router;
