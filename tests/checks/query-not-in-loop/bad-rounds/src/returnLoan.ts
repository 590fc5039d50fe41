import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export class ReturnLoanService {
  async call(id: string) {
    const loan = await prisma.loan.findFirst({ where: { id } });
    if (!loan) {
      return null;
    }
    return prisma.loan.update({ where: { id }, data: { returnedAt: new Date() } });
  }
}
