import { db } from "@ward/db";
import { api } from "../api";

export default async function Page() {
  const rooms = await db.query.rooms.findMany();
  const beds = await api.beds.getAll();
  return <pre>{JSON.stringify({ rooms, beds })}</pre>;
}
