import { Router, type Request, type Response } from "express";
import { PrismaClient } from "@prisma/client";
import { redis } from "../lib/redis.js";

const prisma = new PrismaClient();
const PLANT_PREFIX = "plant:";
const ONE_HOUR = 60 * 60;

export const plantsRouter = Router();

async function getPlant(req: Request, res: Response) {
  const key = `${PLANT_PREFIX}${req.params.id}`;
  const hit = await redis.get(key);
  if (hit) {
    return res.json(JSON.parse(hit));
  }
  const plant = await prisma.plant.findUnique({ where: { id: req.params.id } });
  await redis.set(key, JSON.stringify(plant), "EX", ONE_HOUR);
  return res.json(plant);
}

async function updatePlant(req: Request, res: Response) {
  const plant = await prisma.plant.update({
    where: { id: req.params.id },
    data: { name: req.body.name, bed: req.body.bed },
  });
  await redis.del(PLANT_PREFIX + req.params.id, "plants:all");
  return res.json(plant);
}

plantsRouter.get("/:id", getPlant);
plantsRouter.put("/:id", updatePlant);

plantsRouter.get("/", async (_req, res) => {
  const hit = await redis.get("plants:all");
  if (hit) return res.json(JSON.parse(hit));
  const plants = await prisma.plant.findMany({ take: 200 });
  await redis.setex("plants:all", 240, JSON.stringify(plants));
  return res.json(plants);
});
