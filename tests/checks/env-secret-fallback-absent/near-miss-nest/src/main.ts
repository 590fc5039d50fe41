import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { demand } from './start';
import { NestFactory } from '@nestjs/core';
import { PassesService } from './passes.service';

@Module({ imports: [ConfigModule.forRoot()], providers: [PassesService] })
export class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  demand(app.get(ConfigService));
  const passes = app.get(PassesService);
  passes.read(passes.issue('first'));
  await app.listen(3000);
}

void bootstrap();
