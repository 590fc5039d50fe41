import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from "typeorm"

@Entity()
export class Quay {
  @PrimaryGeneratedColumn()
  id: number

  @Column()
  harborId: number

  @CreateDateColumn()
  createdAt: Date
}
