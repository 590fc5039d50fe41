const BASE = process.env.LABELS_URL;

export async function createLabel(label: string) {
  return fetch(`${BASE}/labels`, { method: "POST", body: JSON.stringify({ label }) });
}

export async function fetchLabel(name: string) {
  const answer = await fetch(`${BASE}/labels/${name}`);
  return answer.json();
}
