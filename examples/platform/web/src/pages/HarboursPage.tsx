import { useEffect, useState } from "react";

import { type Harbour, listHarbours } from "../api";
import { HarbourCard } from "../HarbourCard";
import { TermsText } from "./TermsPage";

export function HarboursPage() {
  const [harbours, setHarbours] = useState<Harbour[]>([]);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    listHarbours()
      .then(setHarbours)
      .catch(() => setFailed(true));
  }, []);

  if (failed) {
    return <p role="alert">The harbours could not be loaded. Please try again.</p>;
  }
  return (
    <main>
      <h1>Book a berth</h1>
      <ul>
        {harbours.map((harbour) => (
          <HarbourCard key={harbour.id} harbour={harbour} />
        ))}
      </ul>
      <TermsText />
    </main>
  );
}
