export const commit = async (id: string) => id;
export const select = async (table: string, id: string) => ({ table, id });
