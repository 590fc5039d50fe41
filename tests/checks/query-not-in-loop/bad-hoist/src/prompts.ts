import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export class PromptStore {
  async load({ shopId, handle }: { shopId: string; handle: string }) {
    const owner = await this.ownerOf(shopId);
    const found = await this.byHandle(handle);
    return { owner, found };
  }

  private async ownerOf(shopId: string) {
    return prisma.shop.findUniqueOrThrow({ where: { id: shopId } });
  }

  private async byHandle(handle: string) {
    return prisma.prompt.findFirst({ where: { handle } });
  }
}
