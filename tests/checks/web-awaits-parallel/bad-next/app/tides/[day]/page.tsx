export default async function TidesPage({ params }: { params: { day: string } }) {
  // what the gauges say
  let levels = await fetchLevels(params.day);
  // what the vane says
  let winds: number[] = await fetchWinds(params.day);
  const version = await fetchVersion(params.day) as string;
  if (params.day === "today") {
    levels = levels.slice(-1);
    winds = winds.slice(-1);
  }
  return <p>{levels.length + winds.length + version}</p>;
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
