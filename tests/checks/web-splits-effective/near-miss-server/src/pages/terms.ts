export const terms = { days: 30 };
