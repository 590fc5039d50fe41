import { Controller, Get } from '@nestjs/common';
import { PassengersService } from './passengers.service';

@Controller('passengers')
export class PassengersController {
  constructor(private readonly passengers: PassengersService) {}

  @Get()
  async list() {
    return await this.passengers.all();
  }
}
