export const chambers = 4;
