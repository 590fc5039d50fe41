import { Model } from 'objection';

export class Passenger extends Model {
  static tableName = 'passengers';
}
