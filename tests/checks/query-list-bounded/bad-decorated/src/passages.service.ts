import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Passage } from './passage.entity';
import { Sluice } from './sluice.entity';

@Injectable()
export class PassagesService {
  constructor(
    @InjectRepository(Passage) private readonly passageRepo: Repository<Passage>,
    @InjectRepository(Sluice) private readonly sluiceRepo: Repository<Sluice>,
  ) {}

  async everyPassage(withBarge = false): Promise<Passage[]> {
    if (withBarge) {
      // No request hands over `true`.
      return await this.passageRepo.find({ relations: { barge: true } });
    }

    return await this.passageRepo.find();
  }

  async everySluice(): Promise<Sluice[]> {
    return await this.sluiceRepo.find();
  }
}
