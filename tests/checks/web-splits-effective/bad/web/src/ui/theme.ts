export const theme = { ink: "#123" };
