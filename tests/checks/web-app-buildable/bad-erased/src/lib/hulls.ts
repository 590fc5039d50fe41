import { Hull, LENGTHS as lengths } from "./hull.store";

export const hulls: Hull[] = lengths.map((length: number) => ({ length }));
