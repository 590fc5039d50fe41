import { Field, ID, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Owner } from './models';

@ObjectType()
export class Flag {
  @Field(() => ID)
  id: string;

  ownerId: string;
}

// What it is handed along, if anything, nothing here says.
@ObjectType()
export class FlagCollection {
  @Field(() => ID)
  id: string;

  @Field(() => [Flag], { nullable: true })
  hoisted?: Flag[];

  @Field(() => [FlagCollection], { nullable: true })
  parts?: FlagCollection[];
}

@Resolver(() => Flag)
export class FlagResolver {
  constructor(
    @InjectRepository(Owner)
    private readonly ownerRepository: Repository<Owner>,
  ) {}

  @Query(() => FlagCollection)
  signals(): FlagCollection {
    return { id: 'signals' };
  }

  @ResolveField(() => Owner, { nullable: true })
  async owner(@Parent() flag: Flag): Promise<Owner | null> {
    return this.ownerRepository.findOne({ where: { id: flag.ownerId } });
  }
}
