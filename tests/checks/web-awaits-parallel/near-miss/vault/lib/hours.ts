import { readFile } from "node:fs/promises";

export async function readHours(): Promise<string> {
  const text = await readFile("content/hours.md", "utf8");
  return text;
}

export async function fetchTides(day: string): Promise<string[]> {
  const answer = await fetch(`https://tides.example/v1/${day}`);
  return answer.json();
}
