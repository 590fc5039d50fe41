import { prisma } from "../src/db";

async function main() {
  for (const ward of wards) {
    await prisma.ward.create({ data: ward });
  }
}

main();
