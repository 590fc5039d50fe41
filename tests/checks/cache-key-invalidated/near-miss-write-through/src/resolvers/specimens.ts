import { getRepository } from "typeorm";
import { authorized } from "../auth";
import { Specimen } from "../entity";
import {
  cacheSpecimen,
  createSpecimen,
  getCachedSpecimen,
  renameSpecimen,
} from "../services/specimens";

export const specimenResolver = authorized(async (_, { id }) => {
  const cached = await getCachedSpecimen(id);
  if (cached) {
    return cached;
  }
  const specimen = await getRepository(Specimen).findOneByOrFail({ id });
  await cacheSpecimen(specimen);
  return specimen;
});

export const renameSpecimenResolver = authorized(async (_, { id, name }) => {
  const renamed = await renameSpecimen(id, name);
  await cacheSpecimen(renamed);
  return renamed;
});

export const createSpecimenResolver = authorized(async (_, { name }) => {
  return await createSpecimen(name);
});
