import { QueryBus } from '@nestjs/cqrs';
import { Args, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { Berth, BerthPage, Mooring, Quay } from './berth.model';
import { BerthService } from './berth.service';
import { GetQuayQuery } from './quay.handler';

@Resolver(() => Berth)
export class BerthResolver {
  constructor(
    private readonly berths: BerthService,
    private readonly queryBus: QueryBus,
    private readonly dataSource: DataSource,
    @InjectRepository(Mooring)
    private readonly mooringRepository: Repository<Mooring>,
  ) {}

  @Query(() => BerthPage, { name: 'berths' })
  async listBerths(
    @Args('skip', { type: () => Int, defaultValue: 0 }) skip: number,
    @Args('take', { type: () => Int, defaultValue: 50 }) take: number,
  ): Promise<BerthPage> {
    return this.berths.page(skip, take);
  }

  @ResolveField(() => [Mooring])
  async moorings(@Parent() berth: Berth): Promise<Mooring[]> {
    return this.mooringRepository.find({ where: { berthId: berth.id } });
  }

  @ResolveField(() => Int, { name: 'mooringCount' })
  getMooringCount(@Parent() berth: Berth): Promise<number> {
    return this.berths.countMoorings(berth.id);
  }

  @ResolveField(() => Quay, { nullable: true })
  async quay(@Parent() berth: Berth): Promise<Quay | null> {
    if (!berth.quayId) {
      return null;
    }
    const query = new GetQuayQuery(berth.quayId);
    return this.queryBus.execute(query);
  }

  @ResolveField(() => String, { nullable: true })
  async pilot(@Parent() berth: Berth): Promise<string | null> {
    if (berth.pilotId) {
      const [row] = await this.dataSource.query('SELECT name FROM pilots WHERE id = $1', [berth.pilotId]);
      return row?.name ?? null;
    }
    return null;
  }

  @ResolveField(() => String)
  label(@Parent() berth: Berth): string {
    return `Berth ${berth.name}`;
  }
}
