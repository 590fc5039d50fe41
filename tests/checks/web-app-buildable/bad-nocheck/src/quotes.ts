import { Quote } from "./registry/quotes";

// @ts-nocheck below the first statement says nothing
export const quotes = (count: number): Quote => ({ count });
