import axios from 'axios'

const client = axios.create({ baseURL: '/api' })

// A page asks, in the browser.
export async function parcels() {
  return (await client.get('/parcels', { headers: { token: localStorage.getItem('token') } })).data
}

export async function offices() {
  return (await axios.get('/api/offices')).data
}
