import { fetchStay } from "../../../lib/guests";

export default async function BerthPage({ params }: { params: { id: string } }) {
  const stay = await fetchStay(params.id);
  // Who may not see the stay learns nothing of its reviews: the call above must complete
  // before any of them is asked for.
  const reviews = await fetchReviews(params.id);

  return (
    <main>
      <h1>{stay.title}</h1>
      <p>{reviews.length} reviews</p>
    </main>
  );
}

async function fetchReviews(id: string): Promise<string[]> {
  const answer = await fetch(`https://reviews.stays.example/v1/berths/${id}`);
  return answer.json();
}
