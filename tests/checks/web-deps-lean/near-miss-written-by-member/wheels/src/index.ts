import { z } from 'zod'
import { Wheel } from './proto/wheel_pb.js'

export const wheel = z.instanceof(Wheel)
