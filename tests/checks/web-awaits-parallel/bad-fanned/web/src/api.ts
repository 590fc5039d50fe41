export async function getTides(berth: string) {
  const answer = await fetch(`/api/berths/${berth}/tides`);
  return answer.json();
}

export async function leave(berth: string) {
  return fetch(`/api/berths/${berth}/leave`, { method: "POST" });
}
