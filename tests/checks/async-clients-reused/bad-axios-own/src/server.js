const axios = require('axios')
const express = require('express')

const bank = axios.create({
  baseURL: 'https://bank.example',
})

const asked = (send, path) => send(path).then((answer) => answer.data)

const app = express()

app.get('/rates', async (request, response) => {
  const { data } = await bank.get('/rates')
  response.json({ data, day: await asked(bank.get, '/day') })
})

app.post('/tolls', async (request, response) => {
  const { data } = await bank.post('/tolls', { ship: 1 })
  response.json(data)
})

app.listen(3000)
