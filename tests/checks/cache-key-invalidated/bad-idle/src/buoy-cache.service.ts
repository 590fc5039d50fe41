import { Injectable, OnModuleInit } from '@nestjs/common';
import Redis from 'ioredis';
import { DataSource } from 'typeorm';

@Injectable()
export class BuoyCacheService implements OnModuleInit {
  private readonly redis = new Redis(process.env.REDIS_URL!);

  constructor(private readonly source: DataSource) {}

  async onModuleInit(): Promise<void> {
    await this.redis.ping();
  }

  async buoy(id: string): Promise<unknown> {
    const known = await this.redis.get(`buoy:${id}`);
    if (known) {
      return JSON.parse(known);
    }
    const [row] = await this.source.query('SELECT * FROM buoys WHERE id = $1', [id]);
    await this.redis.set(`buoy:${id}`, JSON.stringify(row), 'EX', 3600);
    return row;
  }

  /** Called when a buoy is moved or taken in. */
  async forgetBuoy(id: string): Promise<void> {
    await this.redis.del(`buoy:${id}`);
  }
}
