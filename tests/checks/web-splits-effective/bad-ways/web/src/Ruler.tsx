import Legend from "./Legend";

export default function Ruler() {
  return <Legend />;
}
