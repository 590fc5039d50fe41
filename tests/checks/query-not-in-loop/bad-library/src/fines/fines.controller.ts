import { Controller, Get, Post, Query } from '@nestjs/common';
import { PromisePool } from '@supercharge/promise-pool';
import { FineRepository } from './fine.repository';
import { GetFines } from './GetFines';
import { ReaderRepository } from './reader.repository';

@Controller('readers/:reader/fines')
export class FinesController {
  constructor(
    private readonly getFines: GetFines,
    private readonly fineRepository: FineRepository,
    private readonly readerRepository: ReaderRepository,
  ) {}

  @Get()
  async fines(@Query('reader') readerId: number) {
    return await this.getFines.execute({ readerId });
  }

  @Post('reminders')
  async remind() {
    const open = await this.fineRepository.everyOpen();
    const guarantors = [];
    for (const fine of open) {
      guarantors.push(await this.readerRepository.guarantorOf(fine.loanId));
    }
    return { guarantors };
  }
}

@Controller('fines')
export class OpenFinesController {
  constructor(
    private readonly fineRepository: FineRepository,
    private readonly readerRepository: ReaderRepository,
  ) {}

  @Get('guarantors')
  async listGuarantors() {
    const open = await this.fineRepository.everyOpen();
    const { results } = await PromisePool.withConcurrency(1)
      .for(open)
      .process(async (fine) => {
        return await this.readerRepository.guarantorOf(fine.loanId);
      });
    return results;
  }
}
