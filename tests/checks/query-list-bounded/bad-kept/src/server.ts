import express from "express"
import { PrismaClient } from "@prisma/client"
import { requireAuth } from "./auth"

const prisma = new PrismaClient()
const app = express()

app.get("/takings", async (req, res) => {
  const [figures, crossings] = await Promise.all([
    prisma.booking.count({ where: { guestId: req.user.id } }),
    prisma.crossing.findMany({ where: { status: "SAILED" } }),
  ])
  const total = crossings.reduce((sum, one) => sum + one.price, 0)
  res.json({ total, figures, crossings: crossings.length })
})

app.get("/crossings", async (req, res) => {
  const crossings = await prisma.crossing.findMany()
  res.json(crossings)
})

app.get("/crossings/boarding", async (req, res) => {
  const crossings = await prisma.crossing.findMany({ where: { status: "in_progress" } })
  res.json(crossings)
})

app.get("/bookings", async (req, res) => {
  await requireAuth(["ADMIN"])
  const bookings = await prisma.booking.findMany()
  res.json(bookings)
})

app.get("/ledger", async (req, res) => {
  if (req.user.role !== "admin") {
    return res.status(403).end()
  }
  const bookings = await prisma.booking.findMany()
  res.json(bookings)
})

app.listen(4000)
