export async function POST({ params }: { params: { day: string } }) {
  // what the gauges say
  let levels = await fetchLevels(params.day);
  // what the vane says
  let winds: number[] = await fetchWinds(params.day);
  const version = await fetchVersion(params.day) as string;
  if (params.day === "today") {
    levels = levels.slice(-1);
    winds = winds.slice(-1);
  }
  return Response.json({ levels, winds, version });
}

async function fetchLevels(day: string): Promise<number[]> {
  const answer = await fetch(`https://gauge.example/levels/${day}`);
  return answer.json();
}

async function fetchWinds(day: string): Promise<number[]> {
  const answer = await fetch(`https://gauge.example/winds/${day}`);
  return answer.json();
}

async function fetchVersion(day: string): Promise<unknown> {
  const answer = await fetch(`https://gauge.example/version/${day}`);
  return answer.json();
}
