import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from "typeorm"

@Entity("visits")
export class Visit {
  @PrimaryGeneratedColumn()
  id: number

  @Column()
  guestId: number

  @CreateDateColumn()
  createdAt: Date
}
