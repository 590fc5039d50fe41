import { z } from "zod";
import { createEnv } from "@t3-oss/env-core";
import { withPrefix } from "./prefix";

// Looked up as DB_HOST and DB_NAME.
export const settings = createEnv({
  server: {
    HOST: z.string(),
    NAME: z.string(),
  },
  runtimeEnv: withPrefix("DB_"),
});

export const folder = process.env.SESSION_DIR;
