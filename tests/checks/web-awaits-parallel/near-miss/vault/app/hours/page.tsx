import { fetchTides, readHours } from "../../lib/hours";

// only the tides are waited for: the hours lie in a file beside
export default async function HoursPage({ params }: { params: { day: string } }) {
  const hours = await readHours();
  const tides = await fetchTides(params.day);

  return (
    <article>
      {hours}
      {tides.join(", ")}
    </article>
  );
}
