import axios from 'axios'

const carrier = axios.create({ baseURL: 'https://carrier.example' })

export async function track(id: string) {
  const { data } = await axios.get(`https://parcels.example/${id}`)
  return data
}

export async function send(order: object) {
  const answer = await carrier.post('/labels', order, { headers: { accept: 'application/json' } })
  return answer.data
}
