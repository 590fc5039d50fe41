import { Injectable } from "@nestjs/common";
import { PrismaRepository } from "./prisma.repository";

@Injectable()
export class WardsRepository {
  constructor(private readonly _wards: PrismaRepository<"ward">) {}

  async closeMany(ids: string[]) {
    for (const id of ids) {
      await this._wards.model.ward.update({ where: { id }, data: { open: false } });
    }
  }
}
