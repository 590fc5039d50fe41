import { Model } from 'objection';

export class NoteModel extends Model {
  static tableName = 'notes';
}
