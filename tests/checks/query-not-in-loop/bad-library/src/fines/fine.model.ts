import { Model } from 'objection';

export class Fine extends Model {
  static tableName = 'fines';
  id!: number;
  loanId!: number;
  cents!: number;
}
