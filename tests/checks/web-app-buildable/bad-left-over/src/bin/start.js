import { router } from '../lib/rooter.js'
import { used } from '../lib/used.js'

router(used)
