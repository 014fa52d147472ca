// Every deed of the console is done with its own button against the real
// server, and undone where it can be; the audit knows of each.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { qr } from "../src/ui/qr.ts";
import type { House } from "./house.ts";
import { phone, type Person } from "./person.ts";
import { test, expect } from "./test.ts";

interface Named { id: string; legal_name?: string }

const shots = process.env["SHOTS"];

async function clean(page: Page, where: string): Promise<void> {
  await page.waitForTimeout(300); // colours fade in
  if (shots) await page.screenshot({ path: `${shots}/deeds-${where.replaceAll(" ", "-")}.png`, fullPage: true });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`), where).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(over, `${where}: pixels beyond the right edge`).toBeLessThanOrEqual(0);
}

async function signedIn(house: House, alex: Person): Promise<void> {
  await alex.page.goto(house.links.console);
  await alex.readsHeading("Tonight");
}

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).first().click();
const dialog = (page: Page) => page.getByRole("dialog");

/** Puts the focus on a button and presses Enter, as somebody without a mouse. */
async function enter(page: Page, name: string | RegExp): Promise<void> {
  const button = page.getByRole("button", { name, exact: true }).first();
  await expect(button).toBeVisible();
  await button.focus();
  await page.keyboard.press("Enter");
}

/** Actions that the audit log holds now. */
async function audited(page: Page, house: House): Promise<string[]> {
  await page.goto(`${house.links.url}/console/audit`);
  await expect(page.getByRole("table")).toBeVisible();
  return (await page.getByRole("row").allInnerTexts()).map((row) => row.replaceAll("\t", " "));
}

/** Goes in by a link that was never used: one question at a time. */
async function firstVisit(page: Page, phone: string): Promise<void> {
  const next = page.getByRole("button", { name: "Next", exact: true });
  await next.click(); // the name is known
  await page.getByRole("radio", { name: "At home", exact: true }).check();
  await next.click();
  await page.getByRole("textbox", { name: "Call-back number", exact: true }).fill(phone);
  const rules = page.getByRole("checkbox", { name: "I accept the ground rules", exact: true });
  await expect(async () => {
    if (!(await rules.isVisible())) await next.click({ timeout: 1000 });
    await expect(rules).toBeVisible({ timeout: 500 });
  }).toPass();
  await rules.check();
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/** A link as it opens for whoever has it. */
async function opens(house: House, link: string): Promise<string> {
  const answer = await fetch(`${house.links.url}/api/v1/invitations/open`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ secret: link.split("#")[1] }),
  });
  return answer.ok ? "opens" : ((await answer.json()) as { code: string }).code;
}

test("evenings are moved, skipped, cancelled and given to another, and all of it is undone", async ({ house, meet }) => {
  const { series: [group] } = await house.read<{ series: Named[] }>("/series");
  await house.create("/persons", { kind: "staff", legal_name: "Noor Haddad", display_name: "Noor", staff_roles: ["clinician"] });
  const alex = await meet("Alex");
  const { page } = alex;
  await signedIn(house, alex);
  await page.goto(`${house.links.url}/console/series/${group?.id}`);
  await alex.readsHeading("Evening group");
  const evenings = page.getByRole("region", { name: "Evenings to come" });
  const undo = () => enter(page, "Undo");
  const says = (text: RegExp) => expect(page.getByRole("status").filter({ hasText: text })).toBeVisible();

  await enter(page, /^Move /);
  await dialog(page).getByLabel("Start time").fill("17:15");
  await dialog(page).getByRole("button", { name: "Move", exact: true }).click();
  await says(/is moved\./);
  await expect(evenings.getByText("5:15 PM")).toBeVisible();
  await clean(page, "series moved");
  await undo();
  await expect(evenings.getByText("5:15 PM")).toHaveCount(0);

  const skip = evenings.getByRole("button", { name: /^Skip / });
  const before = await skip.count();
  await enter(page, /^Skip /);
  await says(/is skipped\./);
  await expect(skip).toHaveCount(before - 1);
  await undo();
  await expect(skip).toHaveCount(before);

  await enter(page, /^Cancel (Mon|Tue|Wed|Thu|Fri|Sat|Sun)/);
  await says(/is cancelled\./);
  await expect(evenings.getByText("cancelled")).toBeVisible();
  await press(page, /^Restore /);
  await says(/is planned again\./);
  await expect(evenings.getByText("cancelled")).toHaveCount(0);

  await press(page, /^Another facilitator on /);
  await dialog(page).getByLabel("Who comes instead").selectOption({ label: "Noor Haddad" });
  await dialog(page).getByRole("button", { name: "Replace for this evening" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await press(page, /^Another facilitator on /);
  await dialog(page).getByRole("button", { name: "Undo the replacement" }).click();
  await expect(dialog(page)).toHaveCount(0);

  const log = (await audited(page, house)).join("\n");
  for (const deed of ["moved an evening", "moved an evening back", "skipped an evening", "held a skipped evening after all", "cancelled an evening", "restored an evening", "replaced a facilitator", "ended a replacement"]) {
    expect.soft(log).toContain(deed);
  }
});

test("a seat ends and is given back, and a fresh link closes the one before", async ({ house, meet }) => {
  const { persons } = await house.read<{ persons: Named[] }>("/persons?kind=client");
  const ana = persons.find((p) => p.legal_name === "Ana Ruiz");
  const alex = await meet("Alex");
  const { page } = alex;
  await signedIn(house, alex);
  await page.goto(`${house.links.url}/console/people/${ana?.id}`);
  await alex.readsHeading("Ana Ruiz");
  const former = house.links.participants[0] ?? "";
  expect(await opens(house, former)).toBe("opens");

  await enter(page, "Personal link of Evening group");
  await enter(page, "Make a fresh link");
  const code = dialog(page).getByRole("img", { name: /^Code with the link of Ana R/ });
  await expect(code).toBeVisible();
  const fresh = await dialog(page).getByLabel("Link", { exact: true }).inputValue();
  // The picture is the link's own code, square by square.
  const squares = qr(fresh) ?? [];
  const drawn = new Set([...((await code.locator("path").getAttribute("d")) ?? "").matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map((m) => `${Number(m[1]) - 4} ${Number(m[2]) - 4}`));
  expect(drawn).toEqual(new Set(squares.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`${x} ${y}`] : [])))));
  await clean(page, "fresh link");
  expect(await opens(house, former)).not.toBe("opens");
  expect(await opens(house, fresh)).toBe("opens");
  await page.keyboard.press("Escape");

  await press(page, "Edit seat of Evening group");
  await dialog(page).getByText("Discharge", { exact: true }).first().click();
  await enter(page, "Discharge");
  await expect(dialog(page).getByText(/^Discharged on /)).toBeVisible();
  await clean(page, "discharged");
  expect(await opens(house, fresh)).not.toBe("opens");
  await enter(page, "Undo the discharge");
  await expect(dialog(page).getByText(/^Discharged on /)).toHaveCount(0);
  await page.keyboard.press("Escape");

  const payer = page.getByLabel("Payer", { exact: true });
  await payer.selectOption({ label: "Example Public Plan" });
  await press(page, "Save payer");
  await expect(page.getByText("It holds from this week on.")).toBeVisible();
  const reminded = page.getByRole("checkbox", { name: "Wants to be reminded of evenings by mail" });
  await reminded.click();
  await expect(reminded).not.toBeChecked();
  await page.reload();
  await expect(payer).toHaveValue("example-public");
  await expect(reminded).not.toBeChecked();
  await expect(page.getByRole("table", { name: /urge/ })).toBeVisible();
  await clean(page, "person");

  const log = (await audited(page, house)).filter((row) => row.includes("Ana Ruiz")).join("\n");
  for (const deed of ["made a personal link", "discharged", "undid a discharge", "changed the payer", "set whether somebody is reminded", "read check-ins", "read what was accepted"]) {
    expect.soft(log).toContain(deed);
  }
});

test("tonight: who is missing is called, and a guest is seated and named", async ({ house, meet }) => {
  const { session } = house.links;
  const dana = await meet("Dana");
  await dana.knock(house.links.facilitator);
  await dana.inRoom();
  const alex = await meet("Alex", { viewport: phone });
  const { page } = alex;
  await signedIn(house, alex);
  await page.getByText("Who is missing").click();
  await expect(page.getByRole("link", { name: "+1 555 0111" })).toHaveAttribute("href", "tel:+15550111");
  await page.getByLabel("What came of calling Ana R.").selectOption("reached");
  await expect(page.getByLabel("What came of calling Ana R.")).toHaveValue("reached");
  await clean(page, "tonight missing");

  await page.goto(`${house.links.url}/console/sessions/${session}`);
  await press(page, "Add a guest");
  await dialog(page).getByLabel("Name as others will see it").fill("Robin");
  await dialog(page).getByRole("button", { name: "Make a link" }).click();
  const link = await dialog(page).getByLabel("Link", { exact: true }).inputValue();
  await clean(page, "guest link");
  await page.keyboard.press("Escape");
  const robin = await meet("Robin");
  await robin.page.goto(link);
  await firstVisit(robin.page, "+1 555 0199");
  await robin.inLobby();
  await dana.admit("Robin");
  await robin.inRoom();

  await page.reload();
  await press(page, "Who is Robin?");
  await dialog(page).getByLabel("Person").selectOption({ label: "Ben Turner" });
  await dialog(page).getByRole("button", { name: "Match" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Guests" }).getByRole("link", { name: "Ben Turner" })).toBeVisible();
  await press(page, "Show places and numbers");
  await expect(page.getByRole("link", { name: "+1 555 0199" })).toBeVisible();
  await clean(page, "session running");

  const log = (await audited(page, house)).join("\n");
  for (const deed of ["noted an absence", "seated a guest", "matched a guest", "read place and numbers"]) expect.soft(log).toContain(deed);
});

test("webhooks, programs, checkpoints, payers and the door are set", async ({ house, meet }) => {
  test.setTimeout(180_000);
  const alex = await meet("Alex");
  const { page } = alex;
  await signedIn(house, alex);
  await page.goto(`${house.links.url}/console/settings`);
  await alex.readsHeading("Settings");

  await test.step("a webhook", async () => {
    await page.getByLabel("Address", { exact: true }).fill("https://ehr.example.org/vesper");
    await press(page, "Add a webhook");
    const secret = page.getByLabel("Secret of the webhook");
    const first = await secret.inputValue();
    expect(first).toMatch(/^whsec_/);
    await press(page, "Make a fresh secret for https://ehr.example.org/vesper");
    await expect(secret).not.toHaveValue(first);
    await expect(page.getByText(/the former secret signs too/).first()).toBeVisible();
    await press(page, "Send a test to https://ehr.example.org/vesper");
    await expect(page.getByRole("region", { name: "What was sent" }).getByRole("rowheader", { name: "test" })).toBeVisible();
    await press(page, "Switch https://ehr.example.org/vesper off");
    await expect(page.getByText("switched off")).toBeVisible();
  });

  await test.step("a program of another system", async () => {
    await page.getByText("Register a program", { exact: true }).first().click();
    await page.getByLabel("Name of the program").fill("Harbor EHR");
    await page.getByLabel("Public keys (JWK set)").fill("{\"keys\": []}");
    await press(page, "Register a program");
    await expect(page.getByRole("alert")).toBeVisible();
    const key = await page.evaluate(async () => {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]);
      return { ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), key_ops: undefined, ext: undefined, kid: "k1", alg: "ES384", use: "sig" };
    });
    await page.getByLabel("Public keys (JWK set)").fill(JSON.stringify({ keys: [key] }));
    await press(page, "Register a program");
    await expect(page.getByRole("rowheader", { name: "Harbor EHR" })).toBeVisible();
    await press(page, "Revoke Harbor EHR");
    await expect(page.getByText("revoked", { exact: true })).toBeVisible();
  });

  await test.step("a checkpoint, as a file", async () => {
    await press(page, "Make a checkpoint now");
    await expect(page.getByText(/^A checkpoint of \d+ seals? is made\.$/)).toBeVisible();
    const download = page.waitForEvent("download");
    await press(page, /^Save the checkpoint of /);
    expect((await download).suggestedFilename()).toMatch(/^checkpoint-\d+\.txt$/);
  });

  await test.step("what mails are called, and reminders", async () => {
    await page.getByLabel("Name in mails and calendars").fill("Evening  class");
    await expect(page.getByText("Evening class: your personal link")).toBeVisible();
    await expect(page.getByText("Evening class: su enlace personal")).toBeVisible();
    await page.getByRole("checkbox", { name: "1 hour before" }).check({ force: true });
    await press(page, "Save mail settings");
    await expect(page.getByText("Saved.")).toBeVisible();
    await page.getByText("Mails that went out").click();
    await expect(page.getByText("Nothing here.")).toBeVisible();
  });

  await test.step("what is asked at the door is asked there", async () => {
    await page.getByLabel("Ask for the address").selectOption("always");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await press(page, "Add a question");
    await page.getByLabel("Question in English").last().fill("How did you sleep?");
    await press(page, "Save questions");
    await expect(page.getByText("Saved.").last()).toBeVisible();
    const ana = await meet("Ana R.", { viewport: phone });
    await ana.page.goto(house.links.participants[0] ?? "");
    await ana.page.getByRole("radio", { name: "At home", exact: true }).check();
    await expect(ana.page.getByText("Your address tonight")).toBeVisible();
    const next = ana.page.getByRole("button", { name: "Next question", exact: true });
    while ((await next.count()) > 0) await next.click();
    await expect(ana.page.getByRole("group", { name: "How did you sleep?" })).toBeVisible();
  });
  await clean(page, "settings done");

  await test.step("a payer's numbers, as a form", async () => {
    await page.goto(`${house.links.url}/console/rules`);
    await press(page, "Edit Example Commercial Plan");
    await page.getByLabel("Minutes a week").fill("600");
    await clean(page, "payer form");
    await page.getByLabel("Minutes a week").fill("0");
    await page.getByRole("form", { name: "Edit Example Commercial Plan" }).getByRole("button", { name: "Save as a new version" }).click();
    await expect(page.getByText(/For min_week_minutes this is 1 to 10080/)).toBeVisible();
    await page.getByLabel("Minutes a week").fill("600");
    await page.getByRole("form", { name: "Edit Example Commercial Plan" }).getByRole("button", { name: "Save as a new version" }).click();
    await expect(page.getByText("Example Commercial Plan is saved as a new version.")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Example Commercial Plan" })).toContainText("Version 2");
  });

  const log = (await audited(page, house)).join("\n");
  for (const deed of ["added a webhook", "made a fresh webhook secret", "changed a webhook", "registered a program", "revoked a program", "made a checkpoint", "changed the reminders", "changed what is asked at the door", "changed the check-in questions", "changed what a payer asks"]) {
    expect.soft(log).toContain(deed);
  }
});
