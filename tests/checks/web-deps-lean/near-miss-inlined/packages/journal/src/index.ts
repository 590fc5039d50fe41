import { html } from "@lighthouse/letters";
import pino from "pino";

export const journal = pino({
  formatters: { log: (entry) => ({ ...entry, html: html(String(entry.text ?? "")) }) },
  transport: { target: "pino-loki", options: { host: "http://loki:3100" } },
});
