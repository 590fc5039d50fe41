import { useState } from "react";

async function fetchTide(berth: string) {
  return (await fetch(`/api/tides/${berth}`)).json();
}

export function useTides() {
  const [tides, setTides] = useState<unknown[]>([]);

  const fetchNearTides = async (berths: string[]) => {
    const found: unknown[] = [];
    for (const berth of berths) {
      found.push(await fetchTide(berth));
    }
    setTides(found);
  };

  const fetchAllTides = async (berths: string[]) => {
    const found: unknown[] = [];
    for (const berth of berths) {
      const tide = await fetchTide(berth);
      found.push(tide);
    }
    setTides(found);
  };

  return {
    tides,
    fetchNearTides,
    fetchAllTides,
  };
}
