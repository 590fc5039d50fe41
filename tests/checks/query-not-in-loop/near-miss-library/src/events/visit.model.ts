import { Model } from 'objection';

export class Visit extends Model {
  static tableName = 'visits';
  id!: number;
  plotName?: string;
}
