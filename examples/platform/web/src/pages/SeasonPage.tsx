import { useEffect, useState } from "react";

import { getSeason, getSizes, type SeasonLine } from "../api";

export function SeasonPage() {
  const [lines, setLines] = useState<SeasonLine[]>([]);
  const [berths, setBerths] = useState(0);

  useEffect(() => {
    async function load() {
      const [season, sizes] = await Promise.all([getSeason(), getSizes()]);
      setLines(season);
      setBerths(sizes.reduce((sum, [, count]) => sum + count, 0));
    }
    void load();
  }, []);

  return (
    <main>
      <h1>The season</h1>
      <p>{berths} berths</p>
      <ul>
        {lines.map((line) => (
          <li key={line.harbour}>
            {line.harbour}: {line.bookings}
          </li>
        ))}
      </ul>
    </main>
  );
}
