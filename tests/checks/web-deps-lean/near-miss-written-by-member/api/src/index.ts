import { z } from 'zod'
import { schemas } from './client/schemas.js'

export const all = z.array(schemas)
