import { mkdirSync } from "node:fs"; mkdirSync("lib");
