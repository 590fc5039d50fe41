import { Body, Controller, Post } from '@nestjs/common';
import { SaveNotes } from './SaveNotes';
import { SyncDto } from './sync.dto';

@Controller('sync')
export class SyncController {
  constructor(private readonly saveNotes: SaveNotes) {}

  @Post()
  async sync(@Body() body: SyncDto) {
    return await this.saveNotes.execute(body);
  }
}
