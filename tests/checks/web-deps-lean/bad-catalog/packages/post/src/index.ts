import camelcaseKeys from "camelcase-keys";
import { z } from "zod";

const Letter = z.object({ shipName: z.string(), berthId: z.string() });

export function letterOf(row: Record<string, unknown>) {
  return Letter.parse(camelcaseKeys(row));
}
