import { prisma } from "./db";

test("counts", async () => {
  for (const id of ids) {
    await prisma.letter.create({ data: { id } });
  }
});
