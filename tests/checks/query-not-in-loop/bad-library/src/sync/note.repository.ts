import { Injectable } from '@nestjs/common';
import { NoteModel } from './note.model';

@Injectable()
export class NoteRepository {
  async withUuid(uuid: string) {
    return await NoteModel.query().findOne({ uuid });
  }
}
