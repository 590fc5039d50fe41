import { CacheInterceptor, CacheTTL } from '@nestjs/cache-manager';
import { Controller, Get, Post, Body, UseGuards, UseInterceptors } from '@nestjs/common';
import { CurrentUser } from './current-user.decorator';
import { JwtGuard } from './jwt.guard';
import { BookingsService } from './bookings.service';

@Controller('bookings')
@UseGuards(JwtGuard)
@UseInterceptors(CacheInterceptor)
export class BookingsController {
  constructor(private readonly bookings: BookingsService) {}

  @Get()
  @CacheTTL(60_000)
  mine(@CurrentUser() user: { id: string }) {
    return this.bookings.of(user.id);
  }

  @Get('rooms')
  rooms() {
    return this.bookings.rooms();
  }

  @Post()
  book(@CurrentUser() user: { id: string }, @Body() body: { room: string }) {
    return this.bookings.book(user.id, body.room);
  }
}
