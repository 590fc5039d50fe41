import { Controller, Get } from '@nestjs/common';
import { PassagesService } from './passages.service';

@Controller('api/passages')
export class PassagesController {
  constructor(private readonly passages: PassagesService) {}

  @Get('/all')
  async all() {
    return await this.passages.everyPassage();
  }

  @Get('/sluices')
  async sluices() {
    return await this.passages.everySluice();
  }
}
