import { getRepository } from "typeorm";
import { Specimen } from "../entity";
import { redis } from "../redis";

export const saveSpecimen = async (id: string, name: string) => {
  return getRepository(Specimen).save({ id, name });
};

export const renameSpecimen = async (id: string, name: string) => saveSpecimen(id, name);

// For tests that start over.
export const deleteSpecimens = async (ids: string[]) => {
  return getRepository(Specimen).delete(ids);
};

export const createSpecimen = async (name: string) => {
  return getRepository(Specimen).save({ name });
};

const specimenKey = (id: string) => `cache:specimen:${id}`;

export const getCachedSpecimen = async (id: string) => {
  const found = await redis.get(specimenKey(id));
  return found ? (JSON.parse(found) as Specimen) : undefined;
};

export const cacheSpecimen = async (specimen: Specimen) => {
  await redis.set(specimenKey(specimen.id), JSON.stringify(specimen), "EX", 600);
};
