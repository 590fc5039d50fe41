import type { Harbour } from "./api";

export function HarbourCard({ harbour }: { harbour: Harbour }) {
  return (
    <li>
      <strong>{harbour.name}</strong> <small>{harbour.country}</small>
    </li>
  );
}
