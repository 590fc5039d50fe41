import { tree } from './tree.gen'

console.log(tree)
