// from before the move
import { routes } from '../../src/lib/routes.js'

export const prepare = (app) => routes(app)
