import Plan from "./Plan";
import Crane from "./Crane";

export default function Berths() {
  return (
    <Plan>
      <Crane />
    </Plan>
  );
}
