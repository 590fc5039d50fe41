import axios from 'axios'
import { debounce } from 'lodash'
import * as Icons from 'lucide-react'
import moment from 'moment'
import { createRoot } from 'react-dom/client'
// import { produce } from 'immer'

const name = new URLSearchParams(location.search).get('icon') ?? 'Anchor'
const Icon = Icons[name as keyof typeof Icons]
const load = debounce(() => axios.get('/api/wrecks'), 300)

createRoot(document.getElementById('root')!).render(
  <Icon onClick={load} aria-label={moment().format('LT')} />,
)
