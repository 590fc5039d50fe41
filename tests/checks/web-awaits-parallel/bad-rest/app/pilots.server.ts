export interface Pilot {
  id: string;
  badge: string;
}

export async function fetchPilots(): Promise<Pilot[]> {
  const answer = await fetch(`${process.env.PILOTS_URL}/pilots`);
  return answer.json();
}

export async function fetchPilot(id: string): Promise<Pilot> {
  const answer = await fetch(`${process.env.PILOTS_URL}/pilots/${id}`);
  return answer.json();
}

export async function fetchTides(id: string): Promise<number[]> {
  const answer = await fetch(`${process.env.TIDES_URL}/${id}`);
  return answer.json();
}
