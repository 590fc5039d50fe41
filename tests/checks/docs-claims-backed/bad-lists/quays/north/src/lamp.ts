export const lamp = 1;
