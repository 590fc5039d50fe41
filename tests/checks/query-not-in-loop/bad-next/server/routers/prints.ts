import { prisma } from "../../lib/prisma";
import { publicProcedure, router } from "../trpc";

export const prints = router({
  list: publicProcedure.query(async () => {
    const orders = await prisma.printOrder.findMany();
    const rows = [];
    for (const order of orders) {
      const sent = await prisma.parcel.count({ where: { orderId: order.id } });
      rows.push({ ...order, sent });
    }
    return rows;
  }),
});
