// Every page of the console on a clinic with a week of finished evenings: each
// asks only for what the server has, and axe finds nothing.
import AxeBuilder from "@axe-core/playwright";
import { laptop, phone } from "./person.ts";
import { test, expect } from "./test.ts";

interface Named { id: string; title?: string; legal_name?: string; kind?: string; status?: string }

for (const [size, viewport] of Object.entries({ phone, laptop })) {
  test(`the console's pages, on a ${size}`, async ({ house, meet }) => {
    test.setTimeout(180_000);
    const { sessions } = await house.read<{ sessions: Named[] }>("/sessions");
    const { series } = await house.read<{ series: Named[] }>("/series");
    const { persons } = await house.read<{ persons: Named[] }>("/persons?kind=client");
    const past = sessions.filter((s) => s.status === "ended").at(-1); // the others are signed
    const alex = await meet("Alex", { viewport });
    const { page } = alex;
    const refused: string[] = [];
    page.on("response", (r) => {
      if (r.url().includes("/api/") && r.status() >= 400) refused.push(`${r.request().method()} ${new URL(r.url()).pathname}: ${r.status()}`);
    });
    await page.goto(house.links.console);
    await alex.readsHeading("Tonight");
    const pages: [path: string, heading: string, there: string | RegExp][] = [
      ["", "Tonight", "The last two weeks"],
      ["/calendar", "Calendar", series[0]?.title ?? ""],
      [`/series/${series[0]?.id}`, series[0]?.title ?? "", "Evenings to come"],
      [`/series/${series[0]?.id}/edit`, "Edit series", /evening|From/],
      [`/sessions/${past?.id}`, past?.title ?? "", "Download evidence"],
      ["/people", "People", persons[0]?.legal_name ?? ""],
      [`/people/${persons[0]?.id}`, persons[0]?.legal_name ?? "", "Accepted"],
      ["/people/enrol", "Enrol people", "Nobody yet."],
      ["/week", "Week", "People of the week"],
      ["/exports", "Exports", "Why and for whom"],
      ["/rules", "Rules", "What payers ask"],
      ["/audit", "Audit", "When"],
      ["/settings", "Settings", "Key of the seals"],
    ];
    for (const [path, heading, there] of pages) {
      await test.step(`/console${path}`, async () => {
        await page.goto(`${house.links.url}/console${path}`);
        await alex.readsHeading(heading);
        await expect(page.getByText(there).first()).toBeVisible();
        await expect(page.getByRole("status").filter({ hasText: "One moment" })).toHaveCount(0);
        if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/real${path.replaceAll("/", "-").slice(0, 12)}-${size}.png`, fullPage: true });
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
        expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`), path).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect.soft(over, `${path}: pixels beyond the right edge`).toBeLessThanOrEqual(0);
      });
    }
    expect(refused).toEqual([]);
  });
}

test("an evening is corrected, signed and exported, and the audit knows", async ({ house, meet }) => {
  test.setTimeout(120_000);
  const { sessions } = await house.read<{ sessions: Named[] }>("/sessions");
  const past = sessions.filter((s) => s.status === "ended").at(-1); // the others are signed
  const alex = await meet("Alex");
  const { page } = alex;
  await page.goto(house.links.console);
  await alex.readsHeading("Tonight");
  await page.goto(`${house.links.url}/console/sessions/${past?.id}`);
  const correct = page.getByRole("button", { name: /^Correct / }).first();
  const corrected = ((await correct.getAttribute("aria-label")) ?? "").replace("Correct ", "");
  await correct.click();
  await page.getByLabel("What is true").selectOption("home");
  await page.getByLabel("Reason").fill("Said so on the phone.");
  await page.getByRole("dialog").getByRole("button", { name: "Correct", exact: true }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByText("Said so on the phone.")).toBeVisible();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const { persons } = await house.read<{ persons: (Named & { credential: string; display_name: string })[] }>("/persons?kind=staff");
  const me = persons.find((p) => p.display_name === "Alex");
  await expect(dialog.getByLabel("Your name")).toHaveValue(me?.legal_name ?? "");
  const credential = dialog.getByLabel("Credential");
  await expect(credential).toHaveValue(me?.credential ?? "");
  if (await credential.isEditable()) await credential.fill("LCSW");
  await dialog.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByText(`Signed by ${me?.legal_name}`, { exact: false })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Correct/ })).toHaveCount(0);
  await expect(page.getByLabel("Addendum")).toBeVisible();
  await page.goto(`${house.links.url}/console/exports?session=${past?.id}`);
  await page.getByLabel("Purpose").fill("payment");
  await page.getByLabel("Recipient").fill("County plan");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByText("The file is ready.")).toBeVisible({ timeout: 30_000 });
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the file" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.(csv|zip)$/);
  await page.goto(`${house.links.url}/console/audit`);
  await expect(page.getByRole("row").filter({ hasText: "payment, to County plan" }).first()).toBeVisible();
  const whose = await house.read<{ persons: (Named & { display_name: string })[] }>("/persons");
  await expect(page.getByRole("row").filter({ hasText: "corrected attendance" }).first()).toContainText(whose.persons.find((p) => p.display_name === corrected)?.legal_name ?? corrected);
});
