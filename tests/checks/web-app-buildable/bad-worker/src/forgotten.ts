import { rope } from './ropes'

export const knots = rope()
