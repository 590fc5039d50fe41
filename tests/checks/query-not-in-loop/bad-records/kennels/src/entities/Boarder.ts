import { BaseEntity, Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("boarders")
export class Boarder extends BaseEntity {
  @PrimaryGeneratedColumn("uuid") id: string;
  @Column() ownerName: string;
  @Column() kept: boolean;
}
