import { Field, ID, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { PrismaService } from './prisma.service';

@ObjectType()
export class Cargo {
  @Field(() => ID)
  id: string;

  @Field({ nullable: true })
  shipperId?: string;
}

@ObjectType()
export class Shipper {
  @Field(() => ID)
  id: string;
}

@ObjectType()
export class Seal {
  @Field(() => ID)
  id: string;
}

@Resolver(() => Cargo)
export class CargoResolver {
  constructor(private readonly prisma: PrismaService) {}

  @Query(() => [Cargo])
  async cargoes(): Promise<Cargo[]> {
    return this.prisma.cargo.findMany({ take: 100 });
  }

  // Prisma makes one statement of what is asked for in one tick.
  @ResolveField(() => Shipper, { nullable: true })
  async shipper(@Parent() cargo: Cargo): Promise<Shipper | null> {
    return this.prisma.shipper.findUnique({ where: { id: cargo.shipperId } });
  }

  @ResolveField(() => [Seal])
  async seals(@Parent() cargo: Cargo): Promise<Seal[]> {
    return this.prisma.cargo.findUnique({ where: { id: cargo.id } }).seals();
  }
}
