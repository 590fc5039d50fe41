import { lazy } from 'react'
import { Route, Routes } from 'react-router-dom'

import { Frame } from '@/frame'

const Berths = lazy(() => import('@/pages/Berths'))

export default () => (
  <Frame $wide>
    <Routes>
      <Route path="/" element={<Berths />} />
    </Routes>
  </Frame>
)
