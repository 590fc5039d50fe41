export default function Lamps({ all }) {
  const loadLamps = async () => {
    for (const one of all) {
      await fetch(`/api/lamps/${one.id}`);
      await fetch(`/api/logs/${one.id}`);
    }
  };
  return <p onClick={loadLamps} />;
}

export function Wicks({ all }) {
  const loadLamps = async () => {
    for (const one of all) {
      await fetch(`/api/wicks/${one.id}`);
    }
  };
  return <p onClick={loadLamps} />;
}
