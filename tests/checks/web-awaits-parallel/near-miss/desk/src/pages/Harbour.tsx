import { getSetting, readPanel } from "../lib/settings";

// Each answer but the first is there already.
export async function letterhead() {
  const name = await getSetting("name", "Harbour");
  const town = await getSetting("town", "");
  const street = await getSetting("street", "");
  return [name, street, town].join(", ");
}

export async function owners(vessels: Vessel[]) {
  const found = [];
  for (const vessel of vessels) {
    found.push(await vessel.fetchOwner());
  }
  return found;
}

export const Harbour = () => <h1>Harbour</h1>;

export async function panels(request: Request) {
  const left = await readPanel(request, "left");
  const right = await readPanel(request, "right");
  const below = await readPanel(request, "below");
  return { left, right, below };
}
