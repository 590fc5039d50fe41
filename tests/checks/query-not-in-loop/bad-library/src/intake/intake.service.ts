import { Injectable } from '@nestjs/common';
import * as bluebird from 'bluebird';
import { Fine } from '../fines/fine.model';
import { PaidFinesDto } from './paid-fines.dto';

@Injectable()
export class IntakeService {
  async check(dto: PaidFinesDto): Promise<number> {
    const known = await bluebird.map(dto.rows, async (row) => {
      return await Fine.query().findOne({ number: row.number });
    });
    return known.filter(Boolean).length;
  }
}
