import { createEnv } from "./settings";
import { z } from "zod";

const senders = (process.env.SENDERS ?? "none").split(",");

export const env = createEnv({
  server: {
    ...(senders.includes("pager")
      ? {
          PAGER_TOKEN: z.string().min(1),
          PAGER_ROUTE: z.string(),
        }
      : {}),
    ...(senders.includes("horn") && { HORN_PORT: z.string() }),
    TIDE_TABLE_URL: z.string(),
  },
});

if (senders.includes("post")) {
  if (!process.env.POST_OFFICE) {
    throw new Error("POST_OFFICE is missing");
  }
}
