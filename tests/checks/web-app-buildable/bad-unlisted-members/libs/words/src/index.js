import winston from "winston";
import { addDays } from "date-fns";

export const tomorrow = () => winston.info(`${addDays(new Date(), 1)}`);
