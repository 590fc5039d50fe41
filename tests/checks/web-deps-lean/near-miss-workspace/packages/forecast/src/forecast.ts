import { constituents } from "harmonics";

export const forecast = (place: string) => constituents(place).map((one) => one.height);
