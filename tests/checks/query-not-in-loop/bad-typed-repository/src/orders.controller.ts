import { Body, Controller, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { OrderLine } from './order.entity';

@Controller('lines')
export class OrderLinesController {
  constructor(@InjectRepository(OrderLine) private lines: Repository<OrderLine>) {}

  @Post('bulk')
  async checkMany(@Body() products: string[]) {
    const found = [];
    for (const productId of products) {
      found.push(await this.lines.findOne({ where: { productId }, order: { createdAt: 'DESC' } }));
    }
    return found;
  }
}
