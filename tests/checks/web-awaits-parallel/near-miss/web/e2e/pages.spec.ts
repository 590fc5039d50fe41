import { test } from "@playwright/test";

test("every letter opens", async ({ page }) => {
  for (const letter of letters) {
    await page.goto(letter.url);
    await uploadScan(letter);
  }
});
