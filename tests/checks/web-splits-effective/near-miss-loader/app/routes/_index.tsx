import { useLoaderData } from "@remix-run/react";
import { stays } from "../lib/tables";

export async function loader({ request }) {
  if (request.url.endsWith("guests")) {
    const { guests } = await import("../lib/tables");
    return { from: guests.name };
  }
  return { from: stays.name };
}

export default function Index() {
  const { from } = useLoaderData();
  return <p>{from}</p>;
}
