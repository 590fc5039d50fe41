export default function Buoys({ all }) {
  const loadBuoys = async () => {
    for (const one of all) {
      await fetch(`/api/buoys/${one.id}`);
    }
  };
  return <p onClick={loadBuoys} />;
}
