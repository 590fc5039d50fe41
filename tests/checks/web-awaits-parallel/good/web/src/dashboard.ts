import { api } from "./api";

export async function load(patientIds: string[]) {
  const [letters, visits] = await Promise.all([api.getLetters(), api.getVisits()]);
  const details = await Promise.allSettled(patientIds.map(async (id) => api.getPatient(id)));
  return { letters, visits, details };
}
