import { Injectable } from "@nestjs/common"
import { InjectRepository } from "@nestjs/typeorm"
import { FindManyOptions, Repository } from "typeorm"
import { AccessTypeOrmEntity } from "./access-role.typeorm.entity"
import { Quay } from "./quay.entity"
import { Visit } from "./visit.entity"

@Injectable()
export class AccessService {
  constructor(
    @InjectRepository(AccessTypeOrmEntity)
    private readonly roles: Repository<AccessTypeOrmEntity>,
    @InjectRepository(Quay)
    private readonly quays: Repository<Quay>,
    @InjectRepository(Visit)
    private readonly visits: Repository<Visit>,
  ) {}

  async findActive(): Promise<AccessTypeOrmEntity[]> {
    return this.roles.find({ where: { active: true } })
  }

  async quaysOf(harborId: number): Promise<Quay[]> {
    const quays = await this.quays.findBy({ harborId })
    return quays
  }

  async findVisits(args: FindManyOptions<Visit>): Promise<Visit[]> {
    return this.visits.find({ ...args, relations: ["guest"] })
  }
}
