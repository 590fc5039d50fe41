import { Injectable } from "@nestjs/common";
import { OnEvent } from "@nestjs/event-emitter";
import { HarbourApi } from "./harbour.api";

@Injectable()
export class NoticesService {
  constructor(private readonly harbour: HarbourApi) {}

  /** Ships are named for listeners alone: a request has none. */
  private async titlesOf(ships?: { id: string }[]) {
    const titles = [];
    if (!ships) return titles;
    for (const ship of ships) {
      titles.push(await this.harbour.fetchDetails(ship.id));
    }
    return titles;
  }

  async announce(kind: string, ships?: { id: string }[]) {
    return [kind, ...(await this.titlesOf(ships))];
  }

  async berths(ships: { id: string }[]) {
    const found = [];
    for (const ship of ships) {
      found.push(await this.harbour.fetchDetails(ship.id));
    }
    return found;
  }

  @OnEvent("ships.came")
  shipsCame(data: { ships: { id: string }[] }) {
    this.announce("came", data.ships);
  }
}
