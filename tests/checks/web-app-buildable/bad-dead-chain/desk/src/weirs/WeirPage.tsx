import { WeirForm } from "./WeirForm";

export default function WeirPage() {
  return <WeirForm />;
}
