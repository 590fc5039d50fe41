import { createRoot } from 'react-dom/client'
import { Route, Routes } from 'react-router-dom'
import { Flag } from '@quay/parts'

import { languages } from './languages'
import { routes } from '../src/routes.gen'
import marker from './marker.svg?react'

const pages = import.meta.glob('./pages/*.tsx')
let analytics
try {
  analytics = require('./analytics.local')
} catch {
  analytics = null
}

export const names = [routes, marker, pages, analytics]

createRoot(document.getElementById('root')!).render(
  <Routes>
    <Route path="/" element={<Flag of={languages[0]} />} />
  </Routes>,
)
