import winston from "winston";
import { LEVEL } from "triple-beam";

export const level = (info) => info[LEVEL] ?? winston.level;
