import { Injectable } from '@nestjs/common';
import { NoteRepository } from './note.repository';
import { SyncDto } from './sync.dto';

@Injectable()
export class SaveNotes {
  constructor(private readonly notes: NoteRepository) {}

  async execute(dto: SyncDto) {
    const conflicts = [];
    for (const itemHash of dto.itemHashes) {
      const stored = await this.notes.withUuid(itemHash.uuid);
      if (stored) {
        conflicts.push(stored);
      }
    }
    return { conflicts };
  }
}
