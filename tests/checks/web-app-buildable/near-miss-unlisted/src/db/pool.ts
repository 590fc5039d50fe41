export const pool = 4;
