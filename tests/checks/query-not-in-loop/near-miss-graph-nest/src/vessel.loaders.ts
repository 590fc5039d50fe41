import { Injectable, Scope } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import DataLoader from 'dataloader';
import { In, Repository } from 'typeorm';
import { Owner } from './models';

@Injectable({ scope: Scope.REQUEST })
export class VesselLoaders {
  constructor(
    @InjectRepository(Owner)
    private readonly ownerRepository: Repository<Owner>,
  ) {}

  readonly owner = new DataLoader<string, Owner | null>(async (ids) => {
    const rows = await this.ownerRepository.find({ where: { id: In([...ids]) } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });

  async load(id: string): Promise<Owner | null> {
    return this.owner.load(id);
  }
}
