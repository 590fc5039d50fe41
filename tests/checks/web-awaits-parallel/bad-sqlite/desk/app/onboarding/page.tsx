import { api } from "../api";

export default async function Page() {
  const rooms = await api.rooms.getAll();
  const beds = await api.beds.getAll();
  return <pre>{JSON.stringify({ rooms, beds })}</pre>;
}
