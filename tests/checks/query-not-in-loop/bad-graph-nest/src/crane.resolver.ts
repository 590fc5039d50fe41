import { Arg, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { PrismaClient } from '@prisma/client';

@ObjectType()
export class Crane {
  @Field(() => ID)
  id: string;

  @Field()
  yardId: string;
}

@ObjectType()
export class Lift {
  @Field(() => ID)
  id: string;
}

@Resolver(() => Crane)
export class CraneResolver {
  @Query(() => [Crane])
  async cranesByYard(@Arg('yardId') yardId: string, @Ctx() ctx: { prisma: PrismaClient }): Promise<Crane[]> {
    return ctx.prisma.crane.findMany({ where: { yardId } });
  }

  @FieldResolver(() => [Lift])
  async lifts(@Root() crane: Crane, @Ctx() ctx: { prisma: PrismaClient }): Promise<Lift[]> {
    return ctx.prisma.lift.findMany({ where: { craneId: crane.id } });
  }
}
