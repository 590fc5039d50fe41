import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BuoyCacheService } from './buoy-cache.service';
import { BuoysController } from './buoys.controller';

@Module({ controllers: [BuoysController], providers: [BuoyCacheService] })
class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  await app.listen(3000);
}

void bootstrap();
