import prisma from "../prisma";

class ListTemplatesService {
  async execute() {
    return prisma.templateFreightEmail.findMany({ orderBy: { created_at: "desc" } });
  }
}

export { ListTemplatesService };
