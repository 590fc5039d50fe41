import axios from 'axios'

// In the browser somebody closes the page.
export async function parcels() {
  return (await axios.get('/api/parcels')).data
}
