import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, Repository } from 'typeorm';

@Entity('calls')
export class Call {
  @PrimaryGeneratedColumn() id!: number;
  @Column() closed!: boolean;
  @CreateDateColumn() createdAt!: Date;
}

export interface CallStats {
  total: number;
  closed: number;
}

@Injectable()
export class CallsService {
  constructor(@InjectRepository(Call) private readonly calls: Repository<Call>) {}

  async stats(): Promise<CallStats> {
    const all = await this.calls.find();
    const closed = all.filter((one) => one.closed);
    return { total: all.length, closed: closed.length };
  }

  /** The database counts. */
  async open(): Promise<CallStats> {
    const total = await this.calls.count();
    return { total, closed: await this.calls.count({ where: { closed: true } }) };
  }

  /** One row of many is looked at. */
  async newest(): Promise<CallStats> {
    const [last] = await this.calls.find({ order: { id: 'DESC' }, take: 1 });
    return { total: last ? last.id : 0, closed: 0 };
  }
}
