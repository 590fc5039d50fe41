import { Model } from 'objection';

export class Harvest extends Model {
  static tableName = 'harvests';
}
