export default function Winds({ all }) {
  const loadWinds = async () => {
    for (const one of all) {
      await fetch(`/api/winds/${one.id}`);
    }
  };
  return <p onClick={loadWinds} />;
}
