import { createRoot } from 'react-dom/client'

import type { Gate } from '@/gates'
import { Gates } from '@/gates'

const first: Gate = { name: 'upper' }
createRoot(document.getElementById('root')!).render(<Gates first={first} />)
