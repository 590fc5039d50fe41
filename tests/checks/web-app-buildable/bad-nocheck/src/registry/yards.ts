export const yards = ["north", "south"];
