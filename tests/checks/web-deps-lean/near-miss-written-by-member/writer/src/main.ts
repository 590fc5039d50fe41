import { z } from 'zod'

export const head = (file) => file.addImport({ from: 'grindstones/coarse', names: ['Coarse'] })
export const shape = z.string()
