import { Injectable } from '@nestjs/common';
import { Fine } from './fine.model';

@Injectable()
export class FineRepository {
  async openOf(readerId: number): Promise<Fine[]> {
    return await Fine.query().where('reader_id', readerId).whereNull('paid_at');
  }

  async everyOpen(): Promise<Fine[]> {
    return await Fine.query().whereNull('paid_at');
  }
}
