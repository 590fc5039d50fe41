import { Type } from '@nestjs/common';
import { Field, Int, ObjectType } from '@nestjs/graphql';

export function Paginated<T>(of: Type<T>) {
  @ObjectType({ isAbstract: true })
  abstract class Page {
    @Field(() => [of])
    items: T[];

    @Field(() => Int)
    total: number;
  }
  return Page as Type<{ items: T[]; total: number }>;
}
