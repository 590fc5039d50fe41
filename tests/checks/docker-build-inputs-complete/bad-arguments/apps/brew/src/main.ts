export const name = "brew";
