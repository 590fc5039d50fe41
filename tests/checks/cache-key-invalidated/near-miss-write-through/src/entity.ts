import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Specimen {
  @PrimaryGeneratedColumn("uuid") id!: string;
  @Column() name!: string;
}
