import express from 'express'
import { Figures } from './figures'

const app = express()

app.get('/figures/:store', async (req, res) => {
  res.json([await Figures.peakHours(req.params.store, 30), await Figures.open(req.params.store)])
})
app.post('/orders/:store', async (req, res) => {
  res.json(await Figures.add(req.params.store))
})
app.listen(3000)
