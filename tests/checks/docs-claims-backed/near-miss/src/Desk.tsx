export const Desk = 1;
