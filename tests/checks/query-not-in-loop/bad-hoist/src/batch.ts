import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function loadBatch(ids: string[]) {
  const found = [];
  for (const id of ids) {
    found.push(await prisma.prompt.findFirst({ where: { id } }));
  }
  return found;
}
