export class PaidFinesDto {
  rows!: { number: string; cents: number }[];
}
