import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Sluice {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  name: string;
}
