import { Injectable } from '@nestjs/common';
import { Knex } from 'knex';
import { InjectConnection } from 'nest-knexjs';
import { TableLoan, TableReader } from './tables';

@Injectable()
export class LoansService {
  constructor(@InjectConnection() private readonly knex: Knex) {}

  async idsAtDesk(desk: string, transaction?: Knex): Promise<number[]> {
    const actor = transaction ?? this.knex;
    return await actor(TableLoan).pluck('id').where('desk', desk);
  }

  /** Everything of one loan, as of one moment. */
  async toSummary(loanId: number, transaction?: Knex): Promise<LoanSummary> {
    if (transaction === undefined) {
      return await this.knex.transaction(async (opened) => {
        return await this.summaryWithin(loanId, opened);
      });
    }
    return await this.summaryWithin(loanId, transaction);
  }

  private async summaryWithin(loanId: number, transaction: Knex): Promise<LoanSummary> {
    const loan = await transaction(TableLoan).select('due', 'reader_id').where('id', loanId).first();
    const reader = await transaction(TableReader).select('name').where('id', loan.reader_id).first();
    return { id: loanId, due: loan.due, reader: reader.name };
  }
}

export interface LoanSummary {
  id: number;
  due: string;
  reader: string;
}
