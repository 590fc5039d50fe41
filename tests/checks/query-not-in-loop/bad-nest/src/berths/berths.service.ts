import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import { Berth } from "./berth.entity";
import { Mooring } from "./mooring.entity";

@Injectable()
export class BerthsService {
  constructor(
    @InjectRepository(Berth) private readonly berths: Repository<Berth>,
    @InjectRepository(Mooring) private readonly moorings: Repository<Mooring>,
  ) {}

  async everyBerth() {
    const found = await this.berths.find();
    const answer = [];
    for (const berth of found) {
      const moorings = await this.moorings.find({ where: { berth: berth.id } });
      answer.push({ ...berth, moorings });
    }
    return answer;
  }

  async ofQuay(quay: string) {
    return this.berths.find({ where: { quay } });
  }

  async settle() {
    const found = await this.berths.find();
    for (const berth of found) {
      await this.moorings.update({ berth: berth.id }, { settled: true });
    }
  }

  async everyDriver() {
    const drivers = await this.berths.find({ relations: { quay: true } });
    return Promise.all(
      drivers.map(async (driver) => ({
        ...driver,
        moored: await this.moorings.count({ where: { driver: driver.id } }),
      })),
    );
  }

  /** In the harbour's own schema, by text that the repository sends. */
  async everySurvey(harbour: string) {
    const berthRepo = this.berths;
    const found = await berthRepo.query(`SELECT id FROM "${harbour}".berths`);
    const answer = [];
    for (const berth of found) {
      const rows = await berthRepo.query(
        `SELECT depth FROM "${harbour}".surveys WHERE berth_id = $1`,
        [berth.id],
      );
      answer.push({ berth: berth.id, depths: rows });
    }
    return answer;
  }
}
