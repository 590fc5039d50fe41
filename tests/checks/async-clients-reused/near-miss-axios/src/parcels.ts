import axios from 'axios'
import { settings } from './settings'

const carrier = axios.create({ baseURL: 'https://carrier.example', timeout: 5_000 })

export async function track(id: string) {
  const { data } = await axios.get(`https://parcels.example/${id}`, { timeout: 5_000 })
  return data
}

export async function send(order: object) {
  const answer = await carrier.post('/labels', order)
  return answer.data
}

export async function cancel(id: string) {
  // The settings come from elsewhere, and may have one.
  return axios.delete(`https://parcels.example/${id}`, settings)
}

export async function ask(id: string) {
  return axios.get(`https://parcels.example/${id}/state`, { signal: AbortSignal.timeout(2_000) })
}
