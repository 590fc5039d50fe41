import { Controller, Get } from '@nestjs/common';
import { CallsService, CallStats } from './calls.service';

@Controller('calls')
export class CallsController {
  constructor(private readonly service: CallsService) {}

  @Get('stats')
  async stats(): Promise<CallStats> {
    return this.service.stats();
  }

  @Get('open')
  async open(): Promise<CallStats> {
    return this.service.open();
  }

  @Get('newest')
  async newest(): Promise<CallStats> {
    return this.service.newest();
  }
}
