export const connection = createConnection(process.env.DATABASE_URL);
