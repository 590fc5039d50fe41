import { Bridge } from '@canal/parts'

console.log(Bridge)
