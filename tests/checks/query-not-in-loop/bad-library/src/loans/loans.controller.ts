import { Controller, Get, Query } from '@nestjs/common';
import { LoansService } from './loans.service';

@Controller('loans')
export class LoansController {
  constructor(private readonly loans: LoansService) {}

  @Get()
  async listLoans(@Query('desk') desk: string) {
    const loanIds = await this.loans.idsAtDesk(desk);
    return await Promise.all(loanIds.map((id) => this.loans.toSummary(id)));
  }
}
