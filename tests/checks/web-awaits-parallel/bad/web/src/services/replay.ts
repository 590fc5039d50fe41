export async function replay() {
  const pendingChanges: Change[] = JSON.parse(localStorage.getItem("pending") ?? "[]");
  for (const change of pendingChanges) {
    await fetch(`/api/${change.type}`, { method: change.method, body: JSON.stringify(change) });
  }
}

export async function thumbnails(letters: Letter[]) {
  const found: Record<string, Blob> = {};
  for (const letter of letters) found[letter.id] = await fetch(`/thumbs/${letter.id}`).then((r) => r.blob());
  return found;
}
