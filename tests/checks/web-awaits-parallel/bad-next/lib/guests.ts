export async function fetchStay(id: string): Promise<{ title: string }> {
  const answer = await fetch(`https://api.stays.example/v1/stays/${id}`);
  return answer.json();
}
