import { createEnv } from "./settings";
import { z } from "zod";

const live = process.env.NODE_ENV === "production";

export const env = createEnv({
  server: {
    ...(live ? { PAGER_TOKEN: z.string().min(1) } : {}),
    ...(process.env.HORN === "on" ? { HORN_PORT: z.string() } : {}),
    TIDE_TABLE_URL: z.string(),
  },
});
