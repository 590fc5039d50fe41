import { json } from "@remix-run/node";
import { outlookCalendar } from "../outlook.server";
import { fetchPilot, fetchPilots, fetchTides, type Pilot } from "../pilots.server";

// Who has left since the list was made is asked for one by one.
export async function loader({ request }: { request: Request }) {
  const ids = new URL(request.url).searchParams.getAll("pilot");
  const known = new Map((await fetchPilots()).map((pilot) => [pilot.id, pilot]));
  const others = ids.filter((id) => !known.has(id));
  const roster: Pilot[] = [...known.values()];
  for (const id of others) {
    roster.push(await fetchPilot(id));
  }
  return json(roster);
}

export async function action({ request }: { request: Request }) {
  const ids = (await request.formData()).getAll("shift").map(String);
  const shifts = [];
  for (const id of ids) {
    shifts.push(await outlookCalendar.fetchShift(id));
  }
  const tides = [];
  for (const id of ids.filter((one) => one.startsWith("tide"))) {
    tides.push(await fetchTides(id));
  }
  return json({ shifts, tides });
}
