export const name = "roast";
