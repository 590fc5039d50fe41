import express from "express"
import { insertBerthRows, insertLogRows, insertPassRows } from "./passes"

const app = express()
app.use(express.json())

app.post("/v1/passes", async (req, res) => {
  await insertPassRows({ rows: req.body.passes, onDuplicate: "reject" })
  res.status(201).end()
})

app.post("/v1/berths", async (req, res) => {
  await insertBerthRows({ rows: [req.body.berth, ...req.body.more], first: true })
  res.status(201).end()
})

app.post("/v1/logs", async (req, res) => {
  const rows = [req.body.log]
  for (const one of req.body.more) rows.push(one)
  await insertLogRows({ rows })
  res.status(201).end()
})

app.listen(3000)
