import { parse } from "marked";

export const html = (text: string): string => parse(text, { async: false });
