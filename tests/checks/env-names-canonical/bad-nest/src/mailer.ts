import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';

@Injectable()
export class Mailer {
  constructor(private readonly configService: ConfigService) {}

  settings(): Record<string, unknown> {
    return {
      host: this.configService.getOrThrow<string>('SMTP_HOST'),
      pass: this.configService.get<string>('SMTP_PASSWORD'),
      port: this.configService.get<number>('smtp.port', 25),
    };
  }
}
