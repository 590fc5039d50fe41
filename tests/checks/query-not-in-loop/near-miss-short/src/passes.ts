import { PrismaClient } from "@prisma/client"

const prisma = new PrismaClient()

type Row = { pilot: string; port: string }

export async function insertPassRows({ rows, port }: { rows: Row[]; port: string }) {
  for (const data of rows) {
    await prisma.pass.create({ data: { ...data, port } })
  }
}

export async function attach(rows: Row[]) {
  for (const data of rows) {
    await prisma.berth.create({ data })
  }
}
