import { UsageCache } from "./UsageCache";

const MONTH = 30 * 24 * 60 * 60 * 1000;

// Nothing else counts: what stands here is the number itself, so there is nothing to invalidate.
export async function addReading(houseId: string, usageCache: UsageCache) {
  const before = (await usageCache.get<number>(`readings:${houseId}`)) ?? 0;
  usageCache.set(`readings:${houseId}`, before + 1, MONTH);
}

export function updateStorageUsage(houseId: string, bytes: number, usageCache: UsageCache) {
  usageCache.set(`storage:${houseId}`, bytes);
}

export async function storageOf(houseId: string, usageCache: UsageCache) {
  return usageCache.get<number>(`storage:${houseId}`);
}
