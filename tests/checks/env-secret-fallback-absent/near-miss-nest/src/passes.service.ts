import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import * as jwt from 'jsonwebtoken';

@Injectable()
export class PassesService {
  constructor(private readonly configService: ConfigService) {}

  read(token: string): unknown {
    const secret = this.configService.get<string>('JWT_SECRET') || 'harbour-passes';
    return jwt.verify(token, secret);
  }

  issue(holder: string): string {
    return jwt.sign({ holder }, this.configService.get<string>('PASS_SIGNING_SECRET', 'quay-wall-7'));
  }
}
