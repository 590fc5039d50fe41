import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Paginated } from './paginated';

@ObjectType()
@Entity('berths')
export class Berth {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Field()
  @Column()
  name: string;

  @Column()
  quayId: string;

  @Column()
  pilotId: string | null;
}

@ObjectType()
@Entity('moorings')
export class Mooring {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column()
  berthId: string;

  @Field(() => Int)
  @Column()
  depth: number;
}

@ObjectType()
@Entity('quays')
export class Quay {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Field()
  @Column()
  name: string;
}

@ObjectType()
export class BerthPage extends Paginated(Berth) {}
