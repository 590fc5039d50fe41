export const load = async ({ fetch }) => {
  const tides = await fetch("/api/tides");
  const ships = await fetch("/api/ships");

  return { tides: await tides.json(), ships: await ships.json() };
};
