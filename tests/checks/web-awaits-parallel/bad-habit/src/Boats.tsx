export default function Boats({ all }) {
  const loadBoats = async () => {
    for (const one of all) {
      await fetch(`/api/boats/${one.id}`);
    }
  };
  return <p onClick={loadBoats} />;
}
