import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Passage {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  bargeId: number;

  @CreateDateColumn()
  at: Date;
}
