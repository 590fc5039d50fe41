import prisma from "../prisma";

class ListOrdersService {
  async execute() {
    return prisma.order.findMany({ orderBy: { created_at: "desc" } });
  }
}

export { ListOrdersService };
