import { Model } from 'objection';

export class Reader extends Model {
  static tableName = 'readers';
}
