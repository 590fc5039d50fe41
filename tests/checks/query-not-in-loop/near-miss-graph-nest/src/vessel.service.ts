import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Logbook, Owner, Vessel } from './models';

@Injectable()
export class VesselService {
  constructor(
    @InjectRepository(Vessel)
    private readonly vesselRepository: Repository<Vessel>,
    @InjectRepository(Owner)
    private readonly ownerRepository: Repository<Owner>,
    @InjectRepository(Logbook)
    private readonly logbookRepository: Repository<Logbook>,
  ) {}

  async list(): Promise<Vessel[]> {
    return this.vesselRepository.find({ relations: ['owner'], take: 100 });
  }

  async ownerOf(vessel: Vessel): Promise<Owner | null> {
    if (vessel.owner) {
      return vessel.owner;
    }
    return this.ownerRepository.findOne({ where: { id: vessel.ownerId } });
  }

  async findOwner(id: string): Promise<Owner | null> {
    return this.ownerRepository.findOne({ where: { id } });
  }

  async logbooks(vesselId: string): Promise<Logbook[]> {
    return this.logbookRepository.find({ where: { vesselId } });
  }
}
