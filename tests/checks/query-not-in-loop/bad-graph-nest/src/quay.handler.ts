import { IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Quay } from './berth.model';

export class GetQuayQuery {
  constructor(public readonly id: string) {}
}

@QueryHandler(GetQuayQuery)
export class GetQuayHandler implements IQueryHandler<GetQuayQuery> {
  constructor(
    @InjectRepository(Quay)
    private readonly quayRepository: Repository<Quay>,
  ) {}

  async execute(query: GetQuayQuery): Promise<Quay | null> {
    return this.quayRepository.findOne({ where: { id: query.id } });
  }
}
