import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router-dom'

import type { Berth } from './types/berth'
import { depth } from './lib/format'
import Shell from './Shell'

const Berths = lazy(() => import('./pages/Berths'))
const Tides = lazy(() => import('./pages/Tides'))

export default function App({ first }: { first?: Berth }) {
  return (
    <Suspense fallback={<p>{depth(first?.depth ?? 0)}</p>}>
      <Shell>
        <Routes>
          <Route path="/berths" element={<Berths />} />
          <Route path="/tides" element={<Tides />} />
        </Routes>
数据丢失 </Shell>
    </Suspense>
  )
}
