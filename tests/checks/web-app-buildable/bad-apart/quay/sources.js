export const sources = { input: "lib/index.ts" };
