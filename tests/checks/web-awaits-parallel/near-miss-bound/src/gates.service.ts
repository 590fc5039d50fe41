import { Injectable } from '@nestjs/common';

import { Barge, Gate, Passage, Toll } from './entities';
import { LevelsService } from './levels.service';

@Injectable()
export class GatesService {
  constructor(
    private connection: LockConnection,
    private levels: LevelsService,
    private requestCache: RequestCache,
  ) {}

  // All three queue at the connection of the context.
  async uses(ctx: LockContext, gate: Gate) {
    const barges = await this.connection.getRepository(ctx, Barge).find({ where: { gate } });
    const passages = await this.connection.getRepository(ctx, Passage).find({ where: { gate } });
    const tolls = await this.connection.getRepository(ctx, Toll).find({ where: { gate } });
    return { barges, passages, tolls };
  }

  async inTransaction(gate: string) {
    return this.source.transaction(async (manager) => {
      const barges = await manager.findBy(Barge, { gate });
      const passages = await manager.findBy(Passage, { gate });
      const tolls = await manager.findBy(Toll, { gate });
      return { barges, passages, tolls };
    });
  }

  @Transactional()
  async weights(gate: string) {
    const barges = await this.ledger.loadBarges(gate);
    const passages = await this.ledger.loadPassages(gate);
    const tolls = await this.ledger.loadTolls(gate);
    return { barges, passages, tolls };
  }

  // The inner loop changes what the next round reads.
  async raise(gates: Gate[], change: number) {
    for (const gate of gates) {
      const basins = await this.chart.fetchBasins(gate.code);
      for (const basin of basins) {
        await this.levels.raise(basin.code, change);
      }
    }
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

  private async checkKeeper(ctx: LockContext, gate: Gate): Promise<boolean> {
    const keys = await this.keysOf(ctx, gate.code);
    return keys.includes(gate.code);
  }

  private async keysOf(ctx: LockContext, code: string): Promise<string[]> {
    const { keeperId } = ctx;
    const keys = await this.requestCache.get(ctx, `keys.${keeperId}`, async () => {
      const answer = await fetch(`https://keys.example/${keeperId}`);
      return answer.json();
    });
    return keys.filter((one: string) => one.startsWith(code));
  }
}
