// What every state of every page is held against.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const shots = process.env["SHOTS"];

export const scenes = {
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  small: { viewport: { width: 320, height: 640 }, colorScheme: "light" },
  laptop: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  evening: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
} as const;

export async function judge(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(400);
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: name.startsWith("console") });
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`)).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, "nothing is wider than the screen").toBeLessThanOrEqual(0);
}
