import { useEffect } from "react";

export default function Dash({ watched }: { watched: { id: string }[] }) {
  useEffect(() => {
    const timer = setInterval(async () => {
      for (const toll of watched) {
        show(await fetchToll(toll.id));
      }
    }, 5000);
    return () => clearInterval(timer);
  }, [watched]);

  async function close(gate: string) {
    const lists: Array<{
      label: string;
      path: (name: string) => string;
    }> = [
      { label: "tolls", path: (name) => `/tolls/${name}` },
      { label: "passes", path: (name) => `/passes/${name}` },
    ];
    for (const list of lists) {
      await fetchList(list.path(gate));
    }
  }
  return <button onClick={() => close("north")}>Close</button>;
}
