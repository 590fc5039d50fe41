import { useEffect, useState } from "react";
import { useParams } from "react-router-dom";

import { type Berth, getHarbour, getTides, type Harbour, listBerths, type Tides } from "../api";

interface Shown {
  harbour: Harbour;
  berths: Berth[];
  tides: Tides;
}

async function load(id: string): Promise<Shown> {
  const harbour = await getHarbour(id);
  const berths = await listBerths(id);
  const tides = await getTides(id);
  return { harbour, berths, tides };
}

export default function HarbourPage() {
  const { id = "" } = useParams();
  const [shown, setShown] = useState<Shown>();

  useEffect(() => {
    load(id).then(setShown, () => setShown(undefined));
  }, [id]);

  if (!shown) {
    return <p>One moment …</p>;
  }
  return (
    <main>
      <h1>{shown.harbour.name}</h1>
      <p>Next high water: {shown.tides.high}</p>
      <ul>
        {shown.berths.map((berth) => (
          <li key={berth.id}>{berth.label}</li>
        ))}
      </ul>
    </main>
  );
}
