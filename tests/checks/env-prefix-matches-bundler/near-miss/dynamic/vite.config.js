import { prefixes } from './prefixes'
export default { envPrefix: prefixes }
