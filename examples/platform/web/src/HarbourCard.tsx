import { Link } from "react-router-dom";

import type { Harbour } from "./api";

export function HarbourCard({ harbour }: { harbour: Harbour }) {
  return (
    <li>
      <Link to={`/harbours/${harbour.id}`}>{harbour.name}</Link> <small>{harbour.country}</small>
    </li>
  );
}
