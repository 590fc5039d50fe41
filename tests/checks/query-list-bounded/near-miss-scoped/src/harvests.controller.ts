import { Controller, Get, Query } from '@nestjs/common';
import { Knex } from 'knex';
import { Harvest } from './harvest.model';

@Controller('harvests')
export class HarvestsController {
  constructor(private readonly knex: Knex) {}

  @Get()
  async list(@Query('year') year: string) {
    return await Harvest.query().onBuild((builder) => {
      builder.modify('ofYear', year);
    });
  }

  @Get('sql')
  explain() {
    return this.knex('harvests').select('id', 'kilos').toQuery();
  }
}
