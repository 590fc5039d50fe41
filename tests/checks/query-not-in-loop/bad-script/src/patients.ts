import type { Request, Response } from "express";
import { prisma } from "./db";
import { lastVisit } from "./visits";

export async function listPatients(_req: Request, res: Response) {
  const patients = await prisma.patient.findMany({ where: { active: true } });
  const out = [];
  for (const patient of patients) {
    const visits = await prisma.visit.count({ where: { patientId: patient.id } });
    out.push({ ...patient, visits });
  }
  res.json(out);
}

export async function recall(req: Request, res: Response) {
  const letters = await Promise.all(
    req.body.ids.map(async (id: string) => {
      const letter = await prisma.letter.create({ data: { patientId: id, kind: "recall" } });
      return letter.id;
    }),
  );
  const dates = [];
  for (const id of req.body.ids) {
    dates.push(await lastVisit(id));
  }
  res.json({ letters, dates });
}
