import { CacheInterceptor } from '@nestjs/cache-manager';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { CurrentUser } from './current-user.decorator';
import { PerUserCacheInterceptor } from './per-user-cache.interceptor';
import { RoomsService } from './rooms.service';

@Controller('rooms')
export class RoomsController {
  constructor(private readonly rooms: RoomsService) {}

  @Get()
  @UseInterceptors(CacheInterceptor)
  all() {
    return this.rooms.all();
  }

  @Get('mine')
  @UseInterceptors(PerUserCacheInterceptor)
  mine(@CurrentUser() user: { id: string }) {
    return this.rooms.of(user.id);
  }

  @Get('favourites')
  favourites(@CurrentUser() user: { id: string }) {
    return this.rooms.favourites(user.id);
  }
}
