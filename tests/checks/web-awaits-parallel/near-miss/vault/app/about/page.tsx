import { getPlugin } from "../../lib/checksums";

export default async function AboutPage() {
  const paper = await getPlugin("paper");
  const film = await getPlugin("film");
  return (
    <p>
      {paper.title} {film.title}
    </p>
  );
}
