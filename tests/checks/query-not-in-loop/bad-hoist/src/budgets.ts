import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export class BudgetStore {
  async ofUser(userId: string) {
    return prisma.budget.findMany({ where: { userId } });
  }
}
