import { connection } from "./connection";

const getDb = () => connection;

export async function readLatch(): Promise<string> {
  const [row] = await getDb()
    .select({ name: "latch" })
    .limit(1);
  return row.name;
}
