const owners = new Map<string, string>();

export async function ownersFromCache(ids: string[]) {
  return { owners, missedIds: ids.filter((id) => !owners.has(id)) };
}
