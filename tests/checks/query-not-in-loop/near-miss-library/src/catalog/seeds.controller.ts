import { Controller, Get, Query } from '@nestjs/common';
import Seed from './seed';

@Controller('seeds')
export class SeedsController {
  @Get()
  async list(@Query('name') name: string) {
    const keys = await Seed.findAll(name);
    return await Promise.all(keys.map((key) => Seed.findOneByKey(key)));
  }
}
