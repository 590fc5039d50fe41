import { Injectable } from '@nestjs/common';

import { Barge, Gate, Passage, Toll } from './entities';

@Injectable()
export class GatesService {
  constructor(
    private source: DataSource,
    private requestCache: RequestCache,
  ) {}

  // Every one of them takes a connection of the pool.
  async uses(gate: Gate) {
    const barges = await this.source.getRepository(Barge).find({ where: { gate } });
    const passages = await this.source.getRepository(Passage).find({ where: { gate } });
    const tolls = await this.source.getRepository(Toll).find({ where: { gate } });
    return { barges, passages, tolls };
  }

  async visible(ctx: LockContext, gates: Gate[]) {
    const found: string[] = [];
    for (const gate of gates) {
      if (await this.checkKeeper(ctx, gate)) {
        found.push(gate.code);
      }
    }
    return found;
  }

  // The key is another one for every gate.
  private async checkKeeper(ctx: LockContext, gate: Gate): Promise<boolean> {
    const keys = await this.requestCache.get(ctx, `keys.${gate.code}`, async () => {
      const answer = await fetch(`https://keys.example/${gate.code}`);
      return answer.json();
    });
    return keys.length > 0;
  }
}
