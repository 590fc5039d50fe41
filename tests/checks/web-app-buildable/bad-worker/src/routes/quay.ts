import Sailing from '../sailing.worker?worker'

export const Quay = [new Sailing(), new Worker('./tides.ts')]
