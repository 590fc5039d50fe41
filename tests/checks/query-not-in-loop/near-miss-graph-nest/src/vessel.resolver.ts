import { Args, ID, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { CurrentUser } from './current-user';
import { Captain, Logbook, Owner, Vessel } from './models';
import { VesselLoaders } from './vessel.loaders';
import { VesselService } from './vessel.service';

@Resolver(() => Vessel)
export class VesselResolver {
  constructor(
    private readonly vessels: VesselService,
    private readonly loaders: VesselLoaders,
    @Inject(CACHE_MANAGER) private readonly cacheManager: { get<T>(key: string): Promise<T> },
    @InjectRepository(Captain)
    private readonly captainRepository: Repository<Captain>,
  ) {}

  @Query(() => [Vessel])
  async fleet(): Promise<Vessel[]> {
    return this.vessels.list();
  }

  // One statement for all vessels of a tick.
  @ResolveField(() => Owner, { nullable: true })
  async keeper(@Parent() vessel: Vessel): Promise<Owner | null> {
    return this.loaders.owner.load(vessel.ownerId);
  }

  @ResolveField(() => Owner, { nullable: true })
  async agent(@Parent() vessel: Vessel): Promise<Owner | null> {
    return this.loaders.load(vessel.ownerId);
  }

  // The list brings it along.
  @ResolveField(() => Owner, { nullable: true })
  async owner(@Parent() vessel: Vessel): Promise<Owner | null> {
    if (vessel.owner) {
      return vessel.owner;
    }
    return this.vessels.findOwner(vessel.ownerId);
  }

  @ResolveField(() => Owner, { nullable: true })
  async holder(@Parent() vessel: Vessel): Promise<Owner | null> {
    return vessel.owner ?? (await this.vessels.findOwner(vessel.ownerId));
  }

  @ResolveField(() => Owner, { nullable: true })
  async charterer(@Parent() vessel: Vessel): Promise<Owner | null> {
    return this.vessels.ownerOf(vessel);
  }

  // A cache stands in front.
  @ResolveField(() => [Logbook])
  async logbooks(@Parent() vessel: Vessel): Promise<Logbook[]> {
    const known = await this.cacheManager.get<Logbook[]>(`logbooks:${vessel.id}`);
    return known ?? this.vessels.logbooks(vessel.id);
  }

  // Nobody else's vessel tells.
  @ResolveField(() => [Logbook])
  async secrets(@Parent() vessel: Vessel, @CurrentUser() viewer: { uid: string }): Promise<Logbook[]> {
    if (viewer?.uid !== vessel.ownerId) return [];
    return this.vessels.logbooks(vessel.id);
  }

  @ResolveField(() => String)
  shortName(@Parent() vessel: Vessel): string {
    return vessel.id.slice(0, 8);
  }

  @ResolveReference()
  async resolveReference(reference: { id: string }): Promise<Captain | null> {
    return this.captainRepository.findOne({ where: { id: reference.id } });
  }
}

// Only ever answered alone, or by a mutation.
@Resolver(() => Captain)
export class CaptainResolver {
  constructor(
    @InjectRepository(Captain)
    private readonly captainRepository: Repository<Captain>,
    @InjectRepository(Logbook)
    private readonly logbookRepository: Repository<Logbook>,
  ) {}

  @Query(() => Captain, { nullable: true })
  captain(@Args('id', { type: () => ID }) id: string): Promise<Captain | null> {
    return this.captainRepository.findOne({ where: { id } });
  }

  @Mutation(() => [Captain])
  async enrol(@Args('names', { type: () => [String] }) names: string[]): Promise<Captain[]> {
    return this.captainRepository.save(names.map((name) => ({ name })));
  }

  @ResolveField(() => [Logbook])
  async written(@Parent() captain: Captain): Promise<Logbook[]> {
    return this.logbookRepository.find({ where: { captainId: captain.id } as object });
  }
}
