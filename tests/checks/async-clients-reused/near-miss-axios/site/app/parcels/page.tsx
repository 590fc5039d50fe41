'use client'

import { offices, parcels } from '../../lib/api'

export default function Page() {
  parcels().then(console.log)
  offices().then(console.log)
  return <p>Parcels</p>
}
