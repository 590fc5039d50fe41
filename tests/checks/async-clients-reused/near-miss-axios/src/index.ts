import express from 'express'
import { ask, cancel, send, track } from "./parcels"

const app = express()

app.get('/parcels/:id', async (req, res) => {
  res.json(await track(req.params.id))
})
app.post('/labels', async (req, res) => {
  res.json(await send(req.body))
})

app.delete('/parcels/:id', async (req, res) => {
  res.json(await cancel(req.params.id))
  await ask(req.params.id)
})
app.listen(3000)
