import { prisma } from "./db";

export async function listPatients() {
  const patients = await prisma.patient.findMany({ include: { _count: { select: { visits: true } } } });
  return patients.map((patient) => ({ id: patient.id, visits: patient._count.visits }));
}

export async function recall(ids: string[]) {
  await prisma.letter.createMany({ data: ids.map((patientId) => ({ patientId, kind: "recall" })) });
}
