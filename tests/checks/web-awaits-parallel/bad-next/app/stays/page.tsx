import { allStays } from "../../lib/stays";

export default async function Page() {
  const stays = await allStays();
  return <pre>{JSON.stringify(stays)}</pre>;
}
