import { useEffect, useState } from "react";
import { getTides, leave } from "./api";

const KINDS = ["pier", "quay"] as const;

export function Berths() {
  const [ships, setShips] = useState<unknown[]>([]);
  const [tides, setTides] = useState<unknown[]>([]);

  useEffect(() => {
    async function load() {
      const berths: { id: string }[] = await (await fetch("/api/berths")).json();
      setShips(await Promise.all(berths.map((berth) => fetch(`/api/berths/${berth.id}/ships`).then((r) => r.json()))));
      setTides(await Promise.all(berths.map(async (berth) => {
        const id = berth.id;
        const found = await getTides(id);
        return found;
      })));
      await Promise.all(berths.slice(0, 3).map((berth) => fetch(`/api/berths/${berth.id}/first`)));
      await Promise.all(KINDS.map((kind) => fetch(`/api/kinds/${kind}`)));
      await Promise.all(berths.map((berth) => fetch(`/maps/${berth.id}.svg`)));
      await Promise.all(berths.map((berth) => fetch(`https://tides.example.com/${berth.id}`)));
      await Promise.all(berths.map((berth) => leave(berth.id)));
      const names = new Map<string, string>();
      setShips(berths.map((berth) => names.get(`${berth.id}/name`)));
    }
    void load();
  }, []);

  const openMenu = () => {
    const shown = ships.slice(0, 5);
    const some = shown.map((ship: any) => getTides(ship.id));
    Promise.all(some).then(setTides);
  };
  const openAll = () => {
    const shown = ships.slice(0, 50);
    const some = shown.map((ship: any) => getTides(ship.id));
    Promise.all(some).then(setTides);
  };

  return <p onClick={openMenu} onDoubleClick={openAll}>{ships.length} {tides.length}</p>;
}
