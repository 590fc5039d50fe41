import { fetchStay } from "../../../lib/guests";

export default async function StayPage({ params }: { params: { id: string } }) {
  const stay = await fetchStay(params.id);
  const reviews = await fetchReviews(params.id);

  return (
    <main>
      <h1>{stay.title}</h1>
      <p>{reviews.length} reviews</p>
    </main>
  );
}

async function fetchReviews(id: string): Promise<string[]> {
  const answer = await fetch(`https://reviews.stays.example/v1/stays/${id}`);
  return answer.json();
}
