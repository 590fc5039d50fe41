import { tons } from 'tonnage'
import { Crane } from './crane'

export const Load = () => <b>{tons(4)}<Crane /></b>
