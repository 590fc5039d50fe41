/*
 * Harbour office, part 0: kept as it was handed over by the former office.
 * Harbour office, part 1: kept as it was handed over by the former office.
 * Harbour office, part 2: kept as it was handed over by the former office.
 * Harbour office, part 3: kept as it was handed over by the former office.
 * Harbour office, part 4: kept as it was handed over by the former office.
 * Harbour office, part 5: kept as it was handed over by the former office.
 * Harbour office, part 6: kept as it was handed over by the former office.
 * Harbour office, part 7: kept as it was handed over by the former office.
 * Harbour office, part 8: kept as it was handed over by the former office.
 */
// @ts-nocheck
import { Hull } from "./registry/hulls";

export const tariff = (hull: Hull) => hull.tons * 12;
