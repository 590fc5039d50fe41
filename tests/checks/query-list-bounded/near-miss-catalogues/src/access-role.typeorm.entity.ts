import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from "typeorm"

@Entity("roles")
@Index(["userId"])
export class AccessTypeOrmEntity {
  @PrimaryGeneratedColumn("uuid")
  id: string

  @Column()
  userId: string

  @CreateDateColumn()
  createdAt: Date
}
