import * as Icons from './svg'

const { Anchor, Buoy as Float, Crane } = Icons

export const all = [Anchor, Float, Crane]
