import { BaseEntity, Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("walks")
export class Walk extends BaseEntity {
  @PrimaryGeneratedColumn("uuid") id: string;
  @Column() boarderId: string;
  @Column() at: Date;
}
