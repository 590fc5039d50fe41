import { Command } from "commander";
import { send } from "@harbour/wire";

new Command("harbour").argument("<file>").action((file: string) => send(file)).parse();
