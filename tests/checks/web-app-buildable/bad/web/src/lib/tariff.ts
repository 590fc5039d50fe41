import { rates } from './rates'
import { surcharge } from './surcharge'

export const fee = (tons: number) => rates.base * tons + surcharge(tons)
