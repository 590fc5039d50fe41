import express from 'express'
import { Reports } from './reports'

const app = express()

app.get('/taxes', async (req, res) => {
  res.json(await Reports.taxes({ storeId: String(req.query.store), from: new Date(0), to: new Date() }))
})
app.get('/best', async (req, res) => {
  res.json(await Reports.best({ storeId: String(req.query.store), limit: 5, dateFrom: new Date(0) }))
})
app.post('/enter', async (req, res) => {
  res.json(await Reports.mayEnter({ tenantId: 't', address: String(req.ip), operation: 'edit' }))
})
app.listen(3000)
