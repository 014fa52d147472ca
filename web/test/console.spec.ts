// Every page of the console: no breach of WCAG 2.1 A or AA, nothing wider than
// the screen, nothing against the content security policy. With SHOTS=dir each
// is also photographed.
import { expect, test, type Page } from "@playwright/test";
import { exported, play, refuse } from "./clinic.ts";
import { judge, scenes } from "./judge.ts";

test.describe.configure({ timeout: 120_000 });

test.beforeEach(({ page }) => {
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted|MISSING_TRANSLATION|FORMAT_ERROR/i.test(message.text())) throw new Error(message.text());
  });
});

async function open(page: Page, path: string, heading: string): Promise<void> {
  await page.goto(`${path}#secret`);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  expect(page.url()).not.toContain("secret");
}

const pages: [name: string, path: string, heading: string, there: string][] = [
  ["tonight", "/console", "Tonight", "Waiting for a signature"],
  ["calendar", "/console/calendar", "Calendar", "Family hour"],
  ["series", "/console/series/evening", "Evening group", "Grace Kim"],
  ["series-edit", "/console/series/evening/edit", "Edit series", "Next dates"],
  ["session", "/console/sessions/s-past", "Evening group", "This evening is not signed yet."],
  ["session-signed", "/console/sessions/s-past-2", "Evening group", "Signed by Dana Whitfield, LCSW, Sat, Nov 21, 2026, 9:05 AM."],
  ["session-running", "/console/sessions/s-now", "Evening group", "not here yet"],
  ["people", "/console/people", "People", "Hugo Marín"],
  ["enrol", "/console/people/enrol?series=evening", "Enrol people", "Nobody yet."],
  ["person", "/console/people/p0", "Ana Ruiz", "How do you feel tonight?"],
  ["week", "/console/week", "Week", "11 things to look at"],
  ["exports", "/console/exports", "Exports", "Why and for whom"],
  ["rules", "/console/rules", "Rules", "County plan"],
  ["audit", "/console/audit", "Audit", "read attendance"],
  ["settings", "/console/settings", "Settings", "https://ehr.example/hooks"],
];

for (const [size, use] of Object.entries(scenes)) {
  test.describe(size, () => {
    test.use(use);

    for (const [name, path, heading, there] of pages) {
      test(name, async ({ page }) => {
        await play(page);
        await open(page, path, heading);
        await expect(page.getByText(there).first()).toBeVisible();
        await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
        await judge(page, `console-${name}-${size}`);
      });
    }

    test("what opens over a page", async ({ page }) => {
      await play(page);
      await open(page, "/console/sessions/s-past", "Evening group");
      await page.getByRole("button", { name: "Correct Ana R." }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await judge(page, `console-correct-${size}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Absence of Priya S." }).click();
      await judge(page, `console-absence-${size}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Sign", exact: true }).click();
      await judge(page, `console-sign-${size}`);
      await open(page, "/console/series/evening", "Evening group");
      await page.getByRole("button", { name: "Personal link of Ana Ruiz" }).click();
      await page.getByRole("button", { name: "Make a fresh link" }).click();
      await expect(page.getByRole("img", { name: "Code with the link of Ana R." })).toBeVisible();
      await judge(page, `console-link-${size}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Edit seat of Rosa Ruiz" }).click();
      await expect(page.getByRole("group", { name: "Invited to" })).toBeVisible();
      await judge(page, `console-seat-${size}`);
      await page.keyboard.press("Escape");
      await open(page, "/console/week", "Week");
      await page.getByRole("button", { name: "Details of Elena Novak" }).last().click();
      await judge(page, `console-week-person-${size}`);
      await open(page, "/console/people", "People");
      await page.getByRole("button", { name: "Add a person" }).click();
      await page.getByRole("radio", { name: "staff", exact: true }).check();
      await judge(page, `console-person-new-${size}`);
    });

    test("what opens within a page", async ({ page }) => {
      await play(page);
      await open(page, "/console/settings", "Settings");
      for (const summary of ["Ground rules of the group · Version 2", "What 0 and 10 mean", "Mails that went out", "Register a program"]) await page.getByText(summary, { exact: true }).first().click();
      await page.getByRole("button", { name: "What was sent to https://ehr.example/hooks" }).click();
      await expect(page.getByText("not sent (smtp_550)").nth(1)).toBeVisible();
      await judge(page, `console-settings-open-${size}`);
      await open(page, "/console/rules", "Rules");
      await page.getByRole("button", { name: "Add a payer" }).click();
      await page.getByRole("button", { name: "Add a rule" }).click();
      await page.getByLabel("What is asked").last().selectOption("allowed_location");
      await judge(page, `console-payer-${size}`);
      await open(page, "/console/sessions/s-past", "Evening group");
      await page.getByRole("button", { name: "Show places and numbers" }).click();
      await expect(page.getByRole("link", { name: "+1 555 0177" })).toBeVisible();
      await judge(page, `console-safety-${size}`);
      await open(page, "/console", "Tonight");
      await page.getByText("Who is missing").click();
      await expect(page.getByLabel("What came of calling Luis M.")).toBeVisible();
      await judge(page, `console-missing-${size}`);
    });

    test("an export tells how far it is", async ({ page }) => {
      await play(page);
      await open(page, "/console/exports?week=2026-11-20", "Exports");
      await page.getByRole("textbox", { name: "Purpose" }).fill("payment");
      await page.getByRole("textbox", { name: "Recipient" }).fill("County plan");
      await page.getByRole("button", { name: "Export", exact: true }).click();
      await expect(page.getByRole("progressbar", { name: "3 of 10" })).toBeVisible();
      await page.getByRole("progressbar").scrollIntoViewIfNeeded();
      await judge(page, `console-exporting-${size}`);
    });

    test("an own copy is of the last full week, and says what has to be signed before", async ({ page }) => {
      await play(page);
      await page.route("**/api/v1/exports/new", (route) => route.fulfill({ json: { ...exported[1], id: "new" } }));
      await open(page, "/console/exports", "Exports");
      await page.getByRole("radio", { name: "A client's own copy, without the others" }).check();
      const [from, to] = [await page.getByLabel("From").inputValue(), await page.getByLabel("To", { exact: true }).inputValue()];
      expect(Date.parse(to) - Date.parse(from)).toBe(6 * 86_400_000);
      expect(new Date(`${from}T00:00:00Z`).getUTCDay()).toBe(1);
      expect(Date.parse(to)).toBeLessThan(Date.now());
      await page.getByLabel("Of whom").selectOption("Elena Novak");
      await page.getByRole("textbox", { name: "Purpose" }).fill("asked for it");
      await page.getByRole("textbox", { name: "Recipient" }).fill("the client");
      await page.getByRole("button", { name: "Export", exact: true }).click();
      const alert = page.getByRole("alert");
      await expect(alert).toContainText("Not everything is signed");
      await expect(page.locator(":focus").getByRole("alert")).toBeVisible();
      await expect(alert).toBeInViewport();
      await judge(page, `console-export-refused-${size}`);
      await alert.getByRole("link", { name: /^Sign Evening group/ }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Evening group" })).toBeVisible();
      await page.goBack();
      const recent = page.getByRole("list").filter({ hasText: "PDF sign-in sheet, the week of" });
      await expect(recent.getByRole("button", { name: "Save the file: PDF sign-in sheet" })).toBeVisible();
      await expect(recent.getByRole("link", { name: /^Sign Evening group/ })).toBeVisible();
    });

    test("a week says what to look at by kind, and a person's lines with what stands against them", async ({ page }) => {
      await play(page);
      await open(page, "/console/week", "Week");
      const group = (name: string) => page.getByRole("group").filter({ has: page.locator("summary", { hasText: name }) });
      await expect(group("1 evening is not signed").getByRole("link", { name: /^Look through and sign: Evening group/ })).toBeVisible();
      const hours = group("2 people have too few hours");
      await expect(hours.getByText("no session is left in the week to make it up")).toBeVisible();
      const unknown = group("For 6 people no payer or no hours are set");
      await expect(unknown.getByRole("link").first()).toBeHidden();
      await unknown.getByText("For 6 people").click();
      await expect(unknown.getByRole("link", { name: "Open Ana Ruiz" })).toBeVisible();
      await judge(page, `console-week-open-${size}`);
      await hours.getByRole("button", { name: "Details of Elena Novak" }).click();
      const dialog = page.getByRole("dialog", { name: "Elena Novak" });
      await expect(dialog.getByText("Nothing is billed or sent by itself", { exact: false })).toBeVisible();
      await expect(dialog.getByText("a rule is not met, but does not hold it back")).toBeVisible();
      await expect(dialog.getByText("modifier 95 · 1 unit · place of service 10 · 3 h")).toBeVisible();
      await expect(dialog.getByRole("link", { name: /Evening group$/ }).last()).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("row", { name: /Frank Osei/ })).toContainText("no evening is left");
      await expect(page.getByRole("row", { name: /Elena Novak/ })).toContainText("6 h only 3 h until");
    });
  });
}

test.describe("in Spanish", () => {
  test.use({ ...scenes.phone, locale: "es-MX" });
  for (const [name, path] of pages) {
    test(name, async ({ page }) => {
      await play(page);
      await page.goto(`${path}#secret`);
      await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
      await judge(page, `console-${name}-es`);
    });
  }
});

test("a table sorts and filters, and says so", async ({ page }) => {
  await play(page);
  await open(page, "/console/people", "People");
  const name = page.getByRole("columnheader", { name: "Name", exact: true });
  await expect(name).toHaveAttribute("aria-sort", "ascending");
  await name.getByRole("button").click();
  await expect(name).toHaveAttribute("aria-sort", "descending");
  await expect(page.getByRole("row").nth(1)).toContainText("Rosa Ruiz");
  await page.getByRole("searchbox", { name: "Find in this list" }).fill("marin");
  await expect(page.getByRole("status").filter({ hasText: "1 of 12" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "Hugo Marín" })).toBeVisible();
});

test("each role finds its own pages", async ({ page }) => {
  await play(page, ["billing"]);
  await open(page, "/console", "Tonight");
  const links = page.getByRole("navigation", { name: "Console" }).getByRole("link");
  await expect(links).toHaveText(["Tonight", "Calendar", "People", "Week", "Exports", "Rules", "Settings"]);
  await expect(page.getByRole("link", { name: "New series" })).toHaveCount(0);
});

test("on a phone the ways are behind a button", async ({ page }) => {
  await page.setViewportSize(scenes.phone.viewport);
  await play(page);
  await open(page, "/console", "Tonight");
  const menu = page.getByRole("button", { name: "Menu" });
  await expect(menu).toHaveAttribute("aria-expanded", "false");
  await menu.click();
  await page.getByRole("link", { name: "Week", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Week" })).toBeFocused();
  await expect(menu).toHaveAttribute("aria-expanded", "false");
});

test("skipping an evening can be undone", async ({ page }) => {
  const deeds = await play(page);
  await open(page, "/console/series/evening", "Evening group");
  const skip = page.getByRole("button", { name: /^Skip / }).first();
  await skip.click();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect.poll(() => deeds.map((d) => `${d.method} ${d.path.replace(/\d{4}-.*/, "DATE")}`)).toEqual(["POST series/evening/skip", "DELETE series/evening/skip/DATE"]);
});

for (const size of ["phone", "laptop"] as const) {
  test(`nothing of a review is cut off, on a ${size}`, async ({ page }) => {
    await page.setViewportSize(scenes[size].viewport);
    await play(page);
    await open(page, "/console/sessions/s-past", "Evening group");
    const table = page.getByRole("table", { name: "Attendance" });
    const row = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: /^Luis M\./ }) });
    await expect(row.getByRole("cell")).toHaveCount(5);
    await expect(table.getByRole("columnheader")).toHaveCount(6);
    for (const part of [row.getByRole("button", { name: "Correct Luis M." }), row.getByText("late by 19 minutes"), row.getByRole("img", { name: /^Luis M\.: / })]) {
      const box = await part.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= scenes[size].viewport.width, `${await part.textContent()} at ${JSON.stringify(box)}`).toBe(true);
    }
    const hidden = await page.getByRole("region", { name: "Attendance" }).first().evaluate((e) => e.scrollWidth - e.clientWidth);
    expect(hidden, "pixels to scroll sideways").toBeLessThanOrEqual(0);
  });
}

test("what an evening asks stands before its rows", async ({ page }) => {
  const deeds = await play(page);
  await open(page, "/console/sessions/s-past", "Evening group");
  await expect(page.getByText("Fri, Nov 20, 2026, 5:30 PM to 8:00 PM · Over. Not signed yet.")).toBeVisible();
  const ask = page.getByRole("region", { name: "This evening is not signed yet." });
  await expect(ask.getByRole("listitem")).toHaveText([/^Priya S\. was absent/, "Luis M.: late by 19 minutes, without a camera, not at home", "Tom W.: removed"]);
  const above = await ask.boundingBox();
  const rows = await page.getByRole("table", { name: "Attendance" }).boundingBox();
  expect(above && rows && above.y + above.height <= rows.y).toBe(true);
  await ask.getByRole("button", { name: "Say what came of it" }).click();
  await expect(page.getByRole("dialog", { name: "Absence of Priya S." })).toBeVisible();
  await page.keyboard.press("Escape");
  await ask.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByLabel("Your name")).toHaveValue("Morgan Lee");
  await expect(page.getByLabel("Credential")).toHaveValue("LCSW");
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  await expect.poll(() => deeds.map((d) => d.body)).toEqual([{ name: "Morgan Lee", credential: "LCSW" }]);
});

test("a correction begins with what is missing", async ({ page }) => {
  const deeds = await play(page);
  await open(page, "/console/sessions/s-past", "Evening group");
  await page.getByRole("button", { name: "Correct Luis M." }).click();
  const [from, to] = [page.getByLabel("From", { exact: true }), page.getByLabel("To", { exact: true })];
  await expect(from).toHaveValue("18:20");
  await expect(to).toHaveValue("19:20");
  const between = page.getByRole("radio", { name: "missing in between: 6:20 PM to 7:20 PM (60 min)" });
  await expect(between).toBeChecked();
  await page.getByRole("radio", { name: "missing at the beginning: 5:30 PM to 5:49 PM (19 min)" }).check();
  await expect(from).toHaveValue("17:30");
  await expect(to).toHaveValue("17:49");
  await to.fill("17:45");
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  await page.getByLabel("What is true").selectOption("not_present");
  await expect(from).toHaveValue("");
  await page.getByLabel("Reason").fill("Seen by both of us.");
  await expect(page.getByRole("dialog").getByRole("button", { name: "Correct", exact: true })).toBeDisabled();
  await page.getByLabel("What is true").selectOption("present");
  await between.check();
  await page.getByRole("dialog").getByRole("button", { name: "Correct", exact: true }).click();
  await expect.poll(() => deeds.map((d) => d.body)).toEqual([
    { person: "p2", what: "present", from: "2026-11-20T23:20:00.000Z", to: "2026-11-21T00:20:00.000Z", reason: "Seen by both of us." },
  ]);
});

test("after the signature only an addendum is offered", async ({ page }) => {
  await play(page);
  await open(page, "/console/sessions/s-past-2", "Evening group");
  await expect(page.getByText("What comes later is added below, as an addendum.")).toBeVisible();
  await expect(page.getByRole("rowheader", { name: /^Luis M\./ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^(Correct|Absence|Who is|Sign$)/ })).toHaveCount(0);
  await expect(page.getByLabel("Addendum")).toBeVisible();
});

test("nobody is absent while the evening runs", async ({ page }) => {
  await play(page);
  await open(page, "/console/sessions/s-now", "Evening group");
  const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
  await expect(row("Luis M.")).toContainText("not here yet");
  await expect(row("Tom W.")).toContainText("at the door");
  await expect(row("Ana R.")).toContainText("here now");
  await expect(page.getByRole("table")).not.toContainText("absent");
  await expect(page.getByRole("button", { name: /^Correct/ })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Absence of Luis M." })).toBeVisible();
});

test("a record that was tampered with is told in a sentence", async ({ page }) => {
  await play(page);
  await refuse(page, "sessions/*/review", 409, "tampered");
  await page.goto("/console/sessions/s-past#secret");
  await expect(page.getByText("The record of this evening is not what was sealed", { exact: false })).toBeVisible();
  await expect(page.getByRole("button", { name: "Download evidence" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Download as CSV" })).toHaveCount(0);
  await judge(page, "console-session-tampered");
});
