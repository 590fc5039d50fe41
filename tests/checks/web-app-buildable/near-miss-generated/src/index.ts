import { names } from './signals/names.js'
import { gates } from './gate-table.js'

export { names, gates }
