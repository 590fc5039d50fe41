const { PrismaClient } = require("@prisma/client");

async function main() {
  const prisma = new PrismaClient();
  await prisma.order.create({ data: {} });
}

main();
