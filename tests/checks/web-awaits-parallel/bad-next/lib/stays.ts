import { cache } from "react";
import { fetchByKind } from "./api";

export const allStays = cache(async () => {
  const open = await fetchByKind("open");
  const closed = await fetchByKind("closed");
  const planned = await fetchByKind("planned");
  return { open, closed, planned };
});

export const unread = async () => {
  const open = await fetchByKind("open");
  const late = await fetchByKind("late");
  const lost = await fetchByKind("lost");
  return [open, late, lost];
};
