export default function Gulls({ all }) {
  const loadGulls = async () => {
    for (const one of all) {
      await fetch(`/api/gulls/${one.id}`);
    }
  };
  return <p onClick={loadGulls} />;
}
