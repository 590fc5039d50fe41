import express from "express"
import { attach, insertPassRows } from "./passes"

const app = express()
app.use(express.json())

app.post("/v1/passes", async (req, res) => {
  await insertPassRows({ port: req.body.port, rows: [{ pilot: req.body.pilot, port: req.body.port }] })
  res.status(201).end()
})

app.post("/v1/passes/return", async (req, res) => {
  const { pilot, home, away } = req.body
  const rows = [
    { pilot, port: home },
    { pilot, port: away },
  ]
  await insertPassRows({ rows, port: home })
  await attach(rows)
  res.status(201).end()
})

app.listen(3000)
