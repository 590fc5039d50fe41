import express from 'express'
import { Grants } from './grants'

const app = express()

app.get('/roles/:role/permissions', async (req, res) => {
  res.json([await Grants.ofRole(req.params.role), await Grants.all()])
})
app.post('/roles/:id/permissions/:permission', async (req, res) => {
  await Grants.allow(req.params.id, req.params.permission)
  res.sendStatus(204)
})
app.delete('/roles/:id/permissions/:permission', async (req, res) => {
  await Grants.forbid(req.params.id, req.params.permission)
  res.sendStatus(204)
})
app.listen(3000)
