export default function Tides({ all }) {
  const loadTides = async () => {
    for (const one of all) {
      await fetch(`/api/tides/${one.id}`);
    }
  };
  return <p onClick={loadTides} />;
}
