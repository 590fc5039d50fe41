const express = require("express");
const { PrismaClient } = require("@prisma/client");
const Visit = require("./models/Visit");

const app = express();
const prisma = new PrismaClient();

// What the request does not say, nothing narrows.
async function listVisits(req, res) {
  const query = {};
  if (req.query.kind) {
    query.kind = req.query.kind;
  }
  res.json(await Visit.find(query).sort({ createdAt: -1 }));
}

async function listBookings(req, res) {
  const status = req.query.status;
  const where = status ? { status } : {};
  const bookings = await prisma.booking.findMany({ where, orderBy: { createdAt: "desc" } });
  res.json(bookings);
}

// Nobody sees more than is their own.
async function ownVisits(req, res) {
  const query = {};
  if (req.user.role !== "admin") {
    query.owner = req.user.id;
  }
  res.json(await Visit.find(query));
}

async function ownBookings(req, res) {
  const where = { ownerId: req.user.id };
  if (req.query.status) {
    where.status = req.query.status;
  }
  res.json(await prisma.booking.findMany({ where }));
}

async function placeVisits(req, res) {
  const query = {};
  query.place = req.query.place;
  res.json(await Visit.find(query));
}

app.get("/visits", listVisits);
app.get("/bookings", listBookings);
app.get("/visits/own", ownVisits);
app.get("/bookings/own", ownBookings);
app.get("/visits/place", placeVisits);
app.listen(3000);
