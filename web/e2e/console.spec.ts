// A new administrator, with only the console and only a keyboard: sets up an
// evening group for eight weeks, skips Thanksgiving, enrols ten people and
// prints Friday's week.
import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { expect, test as base } from "@playwright/test";
import { FreshClinic } from "./clinic.ts";

const test = base.extend<{ clinic: FreshClinic }>({
  clinic: async ({}, use, info) => {
    const clinic = await FreshClinic.open("Harbor Evening Program", "America/New_York");
    await use(clinic);
    const { log } = clinic;
    await clinic.close();
    if (info.status !== info.expectedStatus) console.log(log);
  },
});

test.use({ locale: "en-US", timezoneId: "America/New_York" });

const newcomers = [
  "Ana Ruiz, ana@mail.example", "Ben Torres, ben@mail.example, +1 555 0101", "Chloe Diaz, chloe@mail.example", "Dev Patel, dev@mail.example",
  "Elena Novak, elena@mail.example", "Frank Osei, frank@mail.example", "Grace Kim, grace@mail.example", "Hugo Marín, hugo@mail.example",
  "Imani Brooks, imani@mail.example", "Jonah Weiss, jonah@mail.example",
];
const names = newcomers.map((line) => line.split(",")[0] ?? "");

/** A person at a keyboard, who has no mouse. */
class Typist {
  constructor(readonly page: Page) {}

  /** Presses Tab until the element has the focus. */
  async to(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    for (let presses = 0; presses < 150; presses++) {
      if (await target.evaluate((e) => e === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    await expect(target, "reached with Tab").toBeFocused();
  }

  /** Fills a field in; what stood there is selected by arriving. */
  async fill(label: string, text: string, nth = 0): Promise<void> {
    await this.to(this.page.getByLabel(label, { exact: true }).nth(nth));
    await this.page.keyboard.type(text);
  }

  async press(role: "button" | "link", name: string | RegExp): Promise<void> {
    await this.to(this.page.getByRole(role, { name, exact: true }).first());
    await this.page.keyboard.press("Enter");
  }

  async tick(name: string): Promise<void> {
    await this.to(this.page.getByRole("checkbox", { name, exact: true }));
    await this.page.keyboard.press("Space");
    await expect(this.page.getByRole("checkbox", { name, exact: true })).toBeChecked();
  }

  /** The page became another one: its heading has the focus. */
  async arrives(heading: string): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name: heading, exact: true })).toBeFocused();
  }
}

async function clean(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`), where).toEqual([]);
}

test("a week is set up, enrolled for and printed by keyboard alone", async ({ clinic, page }) => {
  test.setTimeout(180_000);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  await page.addInitScript(() => {
    const seen = window as unknown as { printed: number };
    seen.printed = 0;
    window.print = () => {
      seen.printed++;
    };
  });
  const keys = new Typist(page);

  await test.step("sign in", async () => {
    await page.goto(clinic.console);
    await keys.arrives("Tonight");
    await clean(page, "tonight, in a fresh clinic");
  });

  await test.step("Monday, Wednesday and Thursday, 18:00 to 21:00, for eight weeks", async () => {
    await keys.press("link", "New series");
    await keys.arrives("New series");
    await keys.fill("Title", "Evening group");
    await keys.fill("Name of the program", "Intensive outpatient");
    for (const day of ["Mon", "Wed", "Thu"]) await keys.tick(day);
    await keys.fill("First evening on or after", "10052026");
    await keys.fill("Start time", "0600PM");
    await keys.fill("Minutes", "85");
    await keys.press("button", "Add a break");
    await keys.press("button", "Add a part");
    await page.keyboard.press("Shift+Tab");
    await keys.to(page.getByRole("group", { name: "Part 1" }).getByLabel("Minutes"));
    await keys.fill("Minutes", "85", 2);
    await expect(page.getByText("3 h in all, until 9:00 PM.")).toBeVisible();
    await keys.fill("Last date", "11262026");
    await expect(page.getByText("24 evenings, from Mon, Oct 5, 2026 to Thu, Nov 26, 2026.")).toBeVisible();
    await clean(page, "the series editor");
  });

  await test.step("but not on Thanksgiving", async () => {
    await keys.fill("Date without an evening", "11262026");
    await keys.press("button", "Skip this date");
    await expect(page.getByText("23 evenings, from Mon, Oct 5, 2026 to Wed, Nov 25, 2026. 1 date is skipped.")).toBeVisible();
    await keys.press("button", "Create series");
    await keys.arrives("Evening group");
    await expect(page.getByText("Mon, Wed, Thu, 6:00 PM to 9:00 PM")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Thu, Nov 26, 2026" })).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: "Thu, Nov 26, 2026" })).toHaveCount(0);
    await clean(page, "the series");
  });

  await test.step("ten people", async () => {
    await keys.press("link", "Enrol people");
    await keys.arrives("Enrol people");
    await keys.fill("People, one a line", newcomers.join("\n"));
    await keys.fill("Prescribed hours a week", "9");
    await keys.fill("From", "10052026");
    await expect(page.getByText("10 people.", { exact: true })).toBeVisible();
    await clean(page, "enrolling");
    await keys.press("button", "Enrol 10 people");
    await expect(page.getByText("10 people are enrolled in Evening group.")).toBeVisible();
    await keys.press("link", "See the series");
    await keys.arrives("Evening group");
    for (const name of names) await expect(page.getByRole("rowheader", { name })).toBeVisible();
  });

  await test.step("Friday's week, on paper", async () => {
    await page.keyboard.press("Control+Home");
    await keys.press("link", "Week");
    await keys.arrives("Week");
    for (const name of names) await expect(page.getByRole("rowheader", { name })).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: "Ana Ruiz" })).toContainText("of 9 h");
    await clean(page, "the week");
    await keys.press("button", "Print");
    expect(await page.evaluate(() => (window as unknown as { printed: number }).printed)).toBe(1);
    await page.emulateMedia({ media: "print" });
    await expect(page.getByRole("navigation")).toBeHidden();
    // Heads of columns stay; nothing that would be pressed does.
    for (const name of ["Print", "Sign out", "Details of Ana Ruiz"]) await expect(page.getByRole("button", { name })).toHaveCount(0);
    await expect(page.getByText("Protected by 42 CFR Part 2", { exact: false })).toBeVisible();
    for (const name of names) await expect(page.getByRole("rowheader", { name })).toBeVisible();
    if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/paper.png`, fullPage: true });
    const paper = await page.pdf({ format: "Letter" });
    expect(paper.subarray(0, 5).toString()).toBe("%PDF-");
    expect(paper.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length, "pages of paper").toBeLessThanOrEqual(2);
  });

  expect(troubles).toEqual([]);
});
