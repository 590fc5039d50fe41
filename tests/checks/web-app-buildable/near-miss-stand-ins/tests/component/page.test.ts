import Page from "../../src/routes/+page.svelte";

test("page", () => Page);
