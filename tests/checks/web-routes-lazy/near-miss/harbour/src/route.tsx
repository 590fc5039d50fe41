import { Route } from "react-router-dom";
import { geoPath } from "d3-geo";

// What makes a route of its children is no page.
export default function HRoute({ children, ...rest }: { children: React.ReactNode; path: string }) {
  return <Route {...rest} data-shape={geoPath()}>{children}</Route>;
}
