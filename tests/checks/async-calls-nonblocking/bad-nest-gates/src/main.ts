import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { BoatsController } from './boats.controller';

@Module({ controllers: [BoatsController] })
class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  await app.listen(3000);
}

void bootstrap();
