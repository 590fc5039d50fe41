import { QueryClient } from '@tanstack/react-query'
import clsx from 'clsx'
import { createRoot } from 'react-dom/client'

import './main.css'

createRoot(document.getElementById('root')!).render(
  <p className={clsx('roster', { empty: true })}>{`${new QueryClient()}`}</p>,
)
