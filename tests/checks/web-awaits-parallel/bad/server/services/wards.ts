import { api } from "./api";

export async function summary(ward: string) {
  const stays = await api.fetchStays(ward);
  const doctors = await api.fetchDoctors(ward);
  return { stays, doctors };
}

// Nobody is known to wait for it.
export async function yearbook(ward: string) {
  const stays = await api.fetchStays(ward);
  const doctors = await api.fetchDoctors(ward);
  const visits = await api.fetchVisits(ward);
  return { stays, doctors, visits };
}
