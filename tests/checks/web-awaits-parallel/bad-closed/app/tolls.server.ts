import type { TollPeriod } from "@prisma/client";

export interface Toll {
  id: string;
  period: TollPeriod;
  canal: string;
}

export const SIDES = ["upstream", "downstream"] as const;

export async function fetchTolls(lock: string): Promise<Toll[]> {
  const answer = await fetch(`${process.env.TOLLS_URL}/locks/${lock}/tolls`);
  return answer.json();
}

export async function fetchDepth(canal: string) {
  const answer = await fetch(`${process.env.DEPTHS_URL}/${canal}`);
  return answer.json();
}
