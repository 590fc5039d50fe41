import { Injectable } from "@nestjs/common"
import { InjectRepository } from "@nestjs/typeorm"
import { Repository } from "typeorm"
import { HarborOrmEntity, TugOrmEntity } from "./tug.entity"

@Injectable()
export class TugsService {
  constructor(
    @InjectRepository(TugOrmEntity)
    private readonly tugs: Repository<TugOrmEntity>,
    @InjectRepository(HarborOrmEntity)
    private readonly harbors: Repository<HarborOrmEntity>,
  ) {}

  async figures() {
    const harbors = await this.harbors.find()
    const found = []
    for (const harbor of harbors) {
      const count = await this.tugs
        .createQueryBuilder("tug")
        .andWhere("tug.afloat = :afloat", { afloat: true })
        .getCount()
      const own = await this.tugs
        .createQueryBuilder("tug")
        .andWhere(":harborId = ANY(tug.harborIds)", { harborId: harbor.id })
        .getMany()
      found.push({ harbor, count, own })
    }
    return found
  }
}
