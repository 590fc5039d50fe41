import { json, type ActionFunctionArgs } from "@remix-run/node";
import { createLabel, fetchLabel } from "../labels.server";

const MAX_LABELS = 10;

// A route of the server alone: no browser waits here, and more than ten are refused.
export async function action({ request }: ActionFunctionArgs) {
  const { labels } = await request.json();
  if (labels.length > MAX_LABELS) {
    throw json({ error: "too many labels" }, { status: 400 });
  }
  for (const label of labels) {
    await createLabel(label);
  }
  return json({ ok: true });
}

export async function loader({ request }: { request: Request }) {
  const names = new URL(request.url).searchParams.getAll("name");
  const found = [];
  for (const name of names) {
    found.push(await fetchLabel(name));
  }
  return json(found);
}
