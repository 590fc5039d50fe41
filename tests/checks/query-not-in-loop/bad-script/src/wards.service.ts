import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import { Bed } from "./bed.entity";
import { Ward } from "./ward.entity";

@Injectable()
export class WardsService {
  constructor(
    @InjectRepository(Ward) private readonly wardRepository: Repository<Ward>,
    @InjectRepository(Bed) private readonly bedRepository: Repository<Bed>,
  ) {}

  async occupancy() {
    const wards = await this.wardRepository.find();
    for (let i = 0; i < wards.length; i++) {
      wards[i].beds = await this.bedRepository.find({ where: { wardId: wards[i].id } });
    }
    return wards;
  }
}
