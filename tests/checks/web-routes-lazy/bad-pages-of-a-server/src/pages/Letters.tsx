import { Document } from "react-pdf";

export default function Letters({ kind }: { kind: string }) {
  return <Document file={`/letters/${kind}.pdf`} />;
}
