import { PrismaClient } from "@prisma/client";

import { TtlCache } from "./ttlCache";

const prisma = new PrismaClient();
const KEPT_MS = 60 * 60 * 1000;

const routeCache = new TtlCache<unknown>(KEPT_MS);
const parcelCache = new TtlCache<unknown>(KEPT_MS);

export async function routesOf(shopId: string) {
  const key = `${shopId}:routes`;
  const cached = await routeCache.get(key);
  if (cached !== undefined) return cached;
  const rows = await prisma.delivery.findMany({ where: { shopId } });
  await routeCache.set(key, rows);
  return rows;
}

export async function parcelsOf(shopId: string) {
  const key = `${shopId}:parcels`;
  const cached = await parcelCache.get(key);
  if (cached !== undefined) return cached;
  const rows = await prisma.parcel.findMany({ where: { shopId } });
  await parcelCache.set(key, rows);
  return rows;
}

const parcelCountCache = new TtlCache<number>(5 * 60_000);

export async function parcelCount(shopId: string) {
  const key = `${shopId}:parcels:${new Date().getMonth()}`;
  const cached = await parcelCountCache.get(key);
  if (cached !== undefined) return cached;
  const total = await prisma.parcel.count({ where: { shopId } });
  await parcelCountCache.set(key, total);
  return total;
}
