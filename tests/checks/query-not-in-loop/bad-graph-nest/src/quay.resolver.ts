import { Args, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Berth, Mooring, Quay } from './berth.model';
import { BerthService } from './berth.service';

@Resolver(() => Quay)
export class QuayResolver {
  constructor(
    @InjectRepository(Quay)
    private readonly quayRepository: Repository<Quay>,
    private readonly service: BerthService,
  ) {}

  @Query(() => Quay)
  quay(@Args('id', { type: () => ID }) id: string): Promise<Quay> {
    return this.quayRepository.findOneOrFail({ where: { id } });
  }

  @Query(() => [Mooring])
  deepest(): Promise<Mooring[]> {
    return this.service.firstMoorings();
  }
}

@Resolver(() => Mooring)
export class MooringResolver {
  constructor(
    @InjectRepository(Berth)
    private readonly berthRepository: Repository<Berth>,
  ) {}

  // The list of five and the moorings of one berth are short.
  @ResolveField(() => Berth)
  async berth(@Parent() mooring: Mooring): Promise<Berth> {
    return this.berthRepository.findOneByOrFail({ id: mooring.berthId });
  }
}
