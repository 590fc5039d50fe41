import { Controller, Get, UseGuards } from '@nestjs/common';
import { KeysGuard } from './keys.guard';

@Controller('boats')
@UseGuards(KeysGuard)
export class BoatsController {
  @Get()
  list(): string[] {
    return [];
  }
}
