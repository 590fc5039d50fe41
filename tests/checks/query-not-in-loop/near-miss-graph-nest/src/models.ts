import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@ObjectType()
@Entity('vessels')
export class Vessel {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column()
  ownerId: string;

  owner?: Owner;
}

@ObjectType()
@Entity('owners')
export class Owner {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;
}

@ObjectType()
@Entity('logbooks')
export class Logbook {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column()
  vesselId: string;
}

@ObjectType()
@Entity('captains')
export class Captain {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;
}
