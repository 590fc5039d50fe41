import { json } from "@remix-run/node";
import type { TollPeriod } from "@prisma/client";
import { fetchDepth, fetchTolls, SIDES, type Toll } from "../tolls.server";

// As many groups as there are periods.
function byPeriod(tolls: Toll[]): Map<TollPeriod, Toll[]> {
  return Map.groupBy(tolls, (toll) => toll.period);
}

function byCanal(tolls: Toll[]): Map<string, Toll[]> {
  return Map.groupBy(tolls, (toll) => toll.canal);
}

export async function loader({ request }: { request: Request }) {
  const tolls = await fetchTolls(new URL(request.url).searchParams.get("lock") ?? "");
  const due = [];
  for (const [period, some] of byPeriod(tolls)) {
    due.push(await fetchDepth(`${period}/${some.length}`));
  }
  for (const [side] of SIDES.entries()) {
    due.push(await fetchDepth(`sides/${side}`));
  }
  const named: Record<"canal" | "river", string> = { canal: "1", river: "2" };
  for (const [kind, id] of Object.entries(named)) {
    due.push(await fetchDepth(`${kind}/${id}`));
  }
  for (const [canal] of byCanal(tolls)) {
    due.push(await fetchDepth(canal));
  }
  return json(due);
}
