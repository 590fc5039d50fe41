export { Flag } from './flag'
export type { FlagProps } from './flag'
