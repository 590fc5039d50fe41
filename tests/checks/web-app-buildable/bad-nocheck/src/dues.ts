// @ts-expect-error the registry comes with the next release
// and brings its types along

import { Berth } from "./registry/berths";

export const dues = (days: number, berth?: Berth) => days * (berth ? 3 : 2);
