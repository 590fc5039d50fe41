import { DateTime } from "luxon";

export const departures = (on: Element): string => `${on.id} ${DateTime.now().toISOTime()}`;
