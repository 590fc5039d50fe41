import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import * as bcrypt from 'bcrypt';

@Injectable()
export class KeysGuard implements CanActivate {
  private readonly known = new Map<string, string>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    return this.isKnown(request.headers['x-user'], request.headers['x-key']);
  }

  private isKnown(user: string, key: string): boolean {
    const hash = this.known.get(user);
    return hash !== undefined && bcrypt.compareSync(key, hash);
  }
}

/** No route has it. */
@Injectable()
export class OldGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    return bcrypt.compareSync(request.headers['x-key'], request.hash);
  }
}
