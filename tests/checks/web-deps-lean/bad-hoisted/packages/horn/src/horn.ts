import { parseAngle } from "beam-angle";
import { blow } from "fog-signal";

export const warn = (at: string) => blow(parseAngle(at));
