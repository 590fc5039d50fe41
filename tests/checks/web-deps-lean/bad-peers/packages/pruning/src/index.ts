import pino from "pino";
import { app } from "harvest";

// zod is what harvest asks for, and harvest lists it.
export const log = pino();
export default app;
