import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'feeds' })
export class Feed {
  @PrimaryColumn() id!: string;
  @Column() name!: string;
  @Column() grain!: string;
}
