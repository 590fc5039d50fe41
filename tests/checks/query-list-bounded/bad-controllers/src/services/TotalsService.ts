import prisma from "../prisma";

class TotalsService {
  async execute() {
    const orders = await prisma.order.findMany();
    const payments = await prisma.payment.findMany();
    return { orders: orders.length, payments: payments.length };
  }
}

export { TotalsService };
