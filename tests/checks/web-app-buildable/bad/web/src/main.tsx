import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router-dom'

import App from './App'
import { applyTheme } from './theme'
import {
  startClock,
  stopClock,
} from '../shared/clock'

applyTheme()
startClock()
window.addEventListener('pagehide', stopClock)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <BrowserRouter>
      <App />
    </BrowserRouter>
  </StrictMode>,
)
