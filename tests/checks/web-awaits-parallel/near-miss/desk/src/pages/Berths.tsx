import { HarbourApi } from "../lib/harbours";

const harbours = new HarbourApi();

export function Berths() {
  async function open() {
    const berths = await harbours.getBerths();
    const cranes = await harbours.getCranes();
    const tides = await harbours.getTides();
    show(berths, cranes, tides);
  }
  return <button onClick={open}>Berths</button>;
}
