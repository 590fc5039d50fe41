import { plan } from './sailing-plan'

postMessage(plan())
