import { ask } from "./ask";

let settings: Map<string, string> | undefined;

// The table is read once; every later call answers from memory.
export async function getSetting(name: string, otherwise: string) {
  if (!settings) {
    settings = new Map(await ask("/settings"));
  }
  return settings.get(name) ?? otherwise;
}

export class Vessel {
  #owner?: Owner;

  async fetchOwner() {
    if (this.#owner) {
      return this.#owner;
    }
    this.#owner = await ask(`/owners/${this.ownerId}`);
    return this.#owner;
  }
}

// Nothing is waited for in here.
export async function readPanel(request: Request, id: string) {
  const header = request.headers.get("Cookie");
  if (!header) {
    return undefined;
  }
  return JSON.parse(header)[id];
}
