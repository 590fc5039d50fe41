import { Body, Controller, Post } from '@nestjs/common';
import { PaidFinesDto } from './paid-fines.dto';
import { IntakeService } from './intake.service';

@Controller('intake')
export class IntakeController {
  constructor(private readonly intake: IntakeService) {}

  @Post('check')
  async check(@Body() body: PaidFinesDto) {
    return { known: await this.intake.check(body) };
  }
}
