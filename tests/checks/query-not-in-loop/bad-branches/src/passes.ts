import { PrismaClient } from "@prisma/client"

const prisma = new PrismaClient()

type Row = { pilot: string; port: string }

/**
 * `reject` inserts row by row, so that the first collision names its pass;
 * `skip` takes createMany's own skipDuplicates.
 */
export async function insertPassRows({ rows, onDuplicate }: { rows: Row[]; onDuplicate: "reject" | "skip" }) {
  if (onDuplicate !== "reject") {
    await prisma.pass.createMany({ data: rows, skipDuplicates: true })
    return
  }
  for (const data of rows) {
    await prisma.pass.create({ data })
  }
}

export async function insertBerthRows({ rows, first }: { rows: Row[]; first: boolean }) {
  if (first) {
    console.log("berths of a new port")
  }
  for (const data of rows) {
    await prisma.berth.create({ data })
  }
}

export async function insertLogRows({ rows }: { rows: Row[] }) {
  for (const data of rows) {
    await prisma.log.create({ data })
  }
}
