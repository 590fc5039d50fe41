import { afterEach, expect, it, vi } from "vitest";

import { listHarbours } from "./api";

afterEach(() => vi.unstubAllGlobals());

it("throws when the API answers with an error", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
  await expect(listHarbours()).rejects.toThrow("503");
});
