import { Injectable } from '@nestjs/common';
import { Reader } from './reader.model';

@Injectable()
export class ReaderRepository {
  async guarantorOf(loanId: number): Promise<Reader | undefined> {
    return await Reader.query().joinRelated('guaranteed').where('guaranteed.id', loanId).first();
  }
}
