import { parseAngle } from "beam-angle";
import { blow } from "fog-signal";
import { isHigh } from "tide-table";

export const warn = (at: string) => isHigh(at) || blow(parseAngle(at));
