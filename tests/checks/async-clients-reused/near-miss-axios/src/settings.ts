export const settings = { timeout: 1_000 }
