import { Body, Controller, Get, Inject, Param, Patch, Query } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Cache } from 'cache-manager';
import { PrismaService } from './prisma.service';

@Controller('products')
export class ProductsController {
  constructor(
    private readonly prisma: PrismaService,
    @Inject(CACHE_MANAGER) private cacheManager: Cache,
  ) {}

  @Get()
  async list(@Query('page') page: number) {
    const key = `products:list:${page}`;
    const cached = await this.cacheManager.get(key);
    if (cached) return cached;
    const products = await this.prisma.product.findMany({ take: 20, skip: 20 * page });
    // cache-manager 5 counts in milliseconds: twenty seconds.
    await this.cacheManager.set(key, products, 20_000);
    return products;
  }

  @Patch(':id')
  update(@Param('id') id: string, @Body() dto: { price: number }) {
    return this.prisma.product.update({ where: { id }, data: dto });
  }
}
