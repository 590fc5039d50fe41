import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BuoyCacheService } from './buoy-cache.service';

@Controller('buoys')
export class BuoysController {
  constructor(
    private readonly cache: BuoyCacheService,
    private readonly source: DataSource,
  ) {}

  @Get(':id')
  async show(@Param('id') id: string): Promise<unknown> {
    return this.cache.buoy(id);
  }

  @Put(':id')
  async updateBuoy(@Param('id') id: string, @Body('berth') berth: string): Promise<void> {
    await this.source.query('UPDATE buoys SET berth = $2 WHERE id = $1', [id, berth]);
  }
}
