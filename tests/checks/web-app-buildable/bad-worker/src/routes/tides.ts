import { ebb } from './tide-table'

postMessage(ebb())
