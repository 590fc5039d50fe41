import { z } from "zod";

const Berth = z.object({ id: z.string(), length: z.number() });

/** The api of the harbour, asked by the page on the server. */
export default async function Page() {
  const response = await fetch(`${process.env.HARBOUR_URL}/berths`);
  const berths = z.array(Berth).parse(await response.json());
  return (
    <ul>
      {berths.map((berth) => (
        <li key={berth.id}>{berth.length} m</li>
      ))}
    </ul>
  );
}
