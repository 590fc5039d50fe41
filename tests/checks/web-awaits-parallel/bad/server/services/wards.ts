import { api } from "./api";

export async function summary(ward: string) {
  const stays = await api.fetchStays(ward);
  const doctors = await api.fetchDoctors(ward);
  return { stays, doctors };
}
