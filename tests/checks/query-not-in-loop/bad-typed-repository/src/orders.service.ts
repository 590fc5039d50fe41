import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Order, OrderLine } from './order.entity';

@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(OrderLine) private lines: Repository<OrderLine>,
  ) {}

  async placeMany(userId: string, products: string[]) {
    const order = await this.orders.save({ userId });
    for (const productId of products) {
      const line = this.lines.create({ productId, order });
      await this.lines.save(line);
    }
    return order;
  }
}
