import { PrismaClient } from "@prisma/client";
import express from "express";

import { parcelsOf, routesOf } from "./reports";

const prisma = new PrismaClient();
const app = express();

async function addRoute(req, res) {
  await prisma.pinnedRoute.create({ data: req.body });
  res.sendStatus(201);
}

async function addParcel(req, res) {
  await prisma.parcel.create({ data: req.body });
  res.sendStatus(201);
}

app.post("/pins", addRoute);
app.post("/parcels", addParcel);
app.get("/shops/:id/routes", async (req, res) => res.json(await routesOf(req.params.id)));
app.get("/shops/:id/parcels", async (req, res) => res.json(await parcelsOf(req.params.id)));
app.listen(3000);
