import { fetchDigests, getPlugin } from "../../../lib/checksums";

export async function POST(request: Request) {
  const { paths, plugins } = await request.json();
  const titles: string[] = [];
  for (const name of plugins) {
    const plugin = await getPlugin(name);
    titles.push(plugin.title);
  }
  return Response.json({ titles, digests: await fetchDigests(paths) });
}
