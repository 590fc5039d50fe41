"use server";

import { fetchByKind } from "./api";

export async function board() {
  const open = await fetchByKind("open");
  const late = await fetchByKind("late");
  const lost = await fetchByKind("lost");
  return { open, late, lost };
}
