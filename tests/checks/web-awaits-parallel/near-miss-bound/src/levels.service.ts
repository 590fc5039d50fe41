import { Injectable } from '@nestjs/common';

import { Level } from './entities';

@Injectable()
export class LevelsService {
  async raise(basin: string, change: number) {
    await this.store(basin, change);
  }

  private async store(basin: string, change: number) {
    const level = await this.levelRepository.findOneBy({ basin });
    await this.levelRepository.update(level.id, { height: level.height + change });
  }
}
