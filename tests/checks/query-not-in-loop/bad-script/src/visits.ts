import { prisma } from "./db";

/** The newest visit of one patient. */
export async function lastVisit(patientId: string) {
  return prisma.visit.findFirst({ where: { patientId }, orderBy: { at: "desc" } });
}
