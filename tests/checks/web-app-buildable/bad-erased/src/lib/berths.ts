// @ts-ignore
import { Berth } from "./berth.store";

export const widest = (berths: Berth[]) => berths.length;
