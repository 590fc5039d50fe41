import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { PassesService } from './passes.service';

@Module({ imports: [ConfigModule.forRoot()], providers: [PassesService] })
export class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  const passes = app.get(PassesService);
  passes.read(passes.issue('first'));
  await app.listen(3000);
}

void bootstrap();
