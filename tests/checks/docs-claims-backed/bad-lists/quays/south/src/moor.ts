export const moor = 1;
