import express from 'express'
import { send, track } from './parcels'

const app = express()

app.get('/parcels/:id', async (req, res) => {
  res.json(await track(req.params.id))
})
app.post('/labels', async (req, res) => {
  res.json(await send(req.body))
})
app.listen(3000)
