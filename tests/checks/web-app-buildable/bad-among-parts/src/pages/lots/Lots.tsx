import Corner from "./Corner";
import Surveyor from "./Surveyor";

export default function Lots() {
  return (
    <tr>
      <Corner />
      <Surveyor />
    </tr>
  );
}
