import { PrismaClient } from "./generated/queue";

const prisma = new PrismaClient();

export function waiting() {
  return prisma.job.findMany({ take: 20 });
}
