import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Berth, Mooring } from './berth.model';

@Injectable()
export class BerthService {
  constructor(
    @InjectRepository(Berth)
    private readonly berthRepository: Repository<Berth>,
    @InjectRepository(Mooring)
    private readonly mooringRepository: Repository<Mooring>,
  ) {}

  async page(skip: number, take: number) {
    const [items, total] = await this.berthRepository.findAndCount({ skip, take });
    return { items, total };
  }

  async ofQuay(quayId: string): Promise<Berth[]> {
    return this.berthRepository.find({ where: { quayId } });
  }

  async countMoorings(berthId: string): Promise<number> {
    return this.mooringRepository.count({ where: { berthId } });
  }

  async firstMoorings(): Promise<Mooring[]> {
    return this.mooringRepository.find({ order: { depth: 'DESC' }, take: 5 });
  }
}
