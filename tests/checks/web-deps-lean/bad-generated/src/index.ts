import { z } from 'zod'
import { gates } from './remote/gates'

export const all = z.array(gates)
