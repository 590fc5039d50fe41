import Crane from "./Crane";

export default function Logbook() {
  return <Crane />;
}
