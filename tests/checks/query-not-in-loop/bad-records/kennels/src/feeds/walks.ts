import { PrismaClient } from "@prisma/client";
import { Walk } from "../entities/Walk";

export async function takeIn(rows: { boarderId: string; at: Date }[]) {
  await Promise.all(rows.map((row) => Walk.create({ ...row }).save()));
}

// One client reads, another writes: both go to the database.
export async function recountMany(dbRead: PrismaClient, dbWrite: PrismaClient, ids: string[]) {
  for (const id of ids) {
    const walks = await dbRead.walk.count({ where: { boarderId: id } });
    await dbWrite.boarder.update({ where: { id }, data: { walks } });
  }
}
