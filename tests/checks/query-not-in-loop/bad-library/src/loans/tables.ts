export const TableLoan = 'loans';
export const TableReader = 'readers';
