import { Logbook } from "$lib/logbook";

export const load = async ({ fetch }) => {
  const logbook = await new Logbook().open(":memory:");

  const tides = await fetch("/api/tides");
  const trips = await logbook.listTrips();

  return { tides: await tides.json(), trips };
};
