import { Injectable } from '@nestjs/common';
import { FineRepository } from './fine.repository';
import { ReaderRepository } from './reader.repository';

@Injectable()
export class GetFines {
  constructor(
    private readonly fineRepository: FineRepository,
    private readonly readerRepository: ReaderRepository,
  ) {}

  async execute(dto: { readerId: number }) {
    const fines = await this.fineRepository.openOf(dto.readerId);
    const answered = [];
    for (const fine of fines) {
      const guarantor = await this.readerRepository.guarantorOf(fine.loanId);
      answered.push({ ...fine, guarantor });
    }
    return answered;
  }
}
