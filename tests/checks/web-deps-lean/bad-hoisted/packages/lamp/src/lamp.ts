import { z } from "zod";

export const Lamp = z.object({ height: z.number() });
