import { Column, Entity, PrimaryGeneratedColumn } from "typeorm"

@Entity("tugs")
export class TugOrmEntity {
  @PrimaryGeneratedColumn()
  id: number

  @Column("int", { array: true })
  harborIds: number[]
}

@Entity("harbors")
export class HarborOrmEntity {
  @PrimaryGeneratedColumn()
  id: number
}
