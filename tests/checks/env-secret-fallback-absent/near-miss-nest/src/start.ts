import { ConfigService } from '@nestjs/config';

/** What production cannot do without. */
export function demand(configService: ConfigService): void {
  const isProduction = configService.get<string>('NODE_ENV') === 'production';
  const secret = configService.get<string>('JWT_SECRET');
  if (isProduction && !secret) {
    throw new Error('JWT_SECRET must be set');
  }
  const signing = configService.get<string>('PASS_SIGNING_SECRET');
  if (!signing && isProduction) {
    throw new Error('PASS_SIGNING_SECRET must be set');
  }
}
