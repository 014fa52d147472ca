// How staff sign in, against the real server and with an authenticator that
// the browser plays: by link, by passkey, and for one of two clinics.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { FreshClinic } from "./clinic.ts";

const [harbor, valley] = ["Harbor Evening Program", "Valley Family Center"];

const test = base.extend<{ clinic: FreshClinic }>({
  clinic: async ({}, use, info) => {
    const clinic = await FreshClinic.open(harbor, "UTC", { host: "localhost", others: [valley] });
    await use(clinic);
    const { log } = clinic;
    await clinic.close();
    if (info.status !== info.expectedStatus) console.log(log);
  },
});

test.use({ locale: "en-US", timezoneId: "UTC" });

/** A device with a fingerprint reader; its person says yes. */
async function authenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });

async function clean(page: Page, where: string): Promise<void> {
  await page.waitForTimeout(300);
  if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/real-${where.replaceAll(" ", "-")}.png`, fullPage: true });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`), where).toEqual([]);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(heading(page, "Sign in")).toBeFocused();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
}

/** Asks the interface as whoever is signed in on the page. */
function ask<T>(page: Page, method: string, path: string, body?: object): Promise<T> {
  return page.evaluate(async ([how, where, what]) => {
    const { token } = JSON.parse(sessionStorage.getItem("vesper.token") ?? "{}") as { token: string };
    const answer = await fetch(`/api/v1${where}`, {
      method: how, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, ...(what && { body: what }),
    });
    if (!answer.ok) throw new Error(`${how} ${where}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as unknown;
  }, [method, path, body && JSON.stringify(body)] as const) as Promise<T>;
}

test("by link, then by passkey, then for one of two clinics", async ({ clinic, page }) => {
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  await authenticator(page);

  await test.step("a link signs in once and offers a passkey", async () => {
    await page.goto(`${clinic.consoles[0]}`);
    await expect(heading(page, "Come in without a link next time?")).toBeFocused();
    expect(page.url()).not.toContain("#");
    await clean(page, "passkey offer");
    await page.getByRole("textbox", { name: "Name of this device" }).fill("Front desk");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await expect(heading(page, "The passkey is added")).toBeFocused();
    await page.getByRole("button", { name: "Go to the console" }).click();
    await expect(heading(page, "Tonight")).toBeFocused();
  });

  await test.step("signed out, the page asked for waits behind the sign-in", async () => {
    await page.getByRole("link", { name: "People", exact: true }).click();
    await expect(heading(page, "People")).toBeVisible();
    await signOut(page);
    await clean(page, "sign in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(heading(page, "People")).toBeFocused();
    await expect(page.getByText("Morgan Lee").first()).toBeVisible();
    await page.reload();
    await expect(heading(page, "People")).toBeFocused();
  });

  await test.step("a used link says so", async () => {
    await signOut(page);
    await page.goto(`${clinic.consoles[0]}`);
    await expect(page.getByText("This link was used already. Ask for a new one.")).toBeVisible();
  });

  await test.step("the same passkey for another clinic", async () => {
    await page.goto(`${clinic.consoles[1]}`);
    await expect(heading(page, "Come in without a link next time?")).toBeFocused();
    await page.getByRole("button", { name: "Not now" }).click();
    await expect(heading(page, "Tonight")).toBeFocused();
    await expect(page.getByText(valley)).toBeVisible();
    await page.getByRole("link", { name: "Morgan Lee: your sign-in" }).click();
    await expect(heading(page, "Your sign-in")).toBeFocused();
    await page.getByRole("button", { name: "Use the passkey of my other clinic here" }).click();
    await expect(page.getByText("Your passkey now works here too.", { exact: false })).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Front desk" })).toBeVisible();
    await clean(page, "own sign-in");
    await signOut(page);
  });

  await test.step("who is staff in two chooses", async () => {
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(heading(page, "In which clinic?")).toBeFocused();
    await clean(page, "choice");
    await page.getByRole("button", { name: harbor }).click();
    await expect(heading(page, "Your sign-in")).toBeFocused();
    await expect(page.getByText(`Morgan Lee, at ${harbor}`)).toBeVisible();
  });

  await test.step("a passkey that is removed signs in no more, here", async () => {
    await page.getByRole("button", { name: "Remove passkey: Front desk" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("You have none yet.", { exact: false })).toBeVisible();
    await signOut(page);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(page.getByText(`Morgan Lee, at ${valley}`)).toBeVisible();
  });
  expect(troubles).toEqual([]);
});

test("an administrator lets a colleague in, and out; who has a seat goes to the room", async ({ clinic, page, browser }) => {
  await page.goto(clinic.console);
  await page.getByRole("button", { name: "Not now" }).click();
  await expect(heading(page, "Tonight")).toBeFocused();

  const { id: dana } = await ask<{ id: string }>(page, "POST", "/persons", { kind: "staff", legal_name: "Dana Whitfield", display_name: "Dana", staff_roles: ["clinician"] });
  const { id: program } = await ask<{ id: string }>(page, "POST", "/programs", { name: "Evening program" });
  const start = new Date(Date.now() + 10 * 60_000).toISOString().slice(0, 16);
  const { id: series } = await ask<{ id: string }>(page, "POST", "/series", {
    program, title: "Evening group", kind: "group", rule: "FREQ=DAILY;COUNT=2", start, zone: "UTC", template: [{ kind: "group", minutes: 60 }], except: [], moves: [], capacity: 0,
  });
  await ask(page, "POST", `/series/${series}/seats`, { person: dana, role: "facilitator", display_name: "Dana", from: start.slice(0, 10) });

  await page.getByRole("link", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: "Dana Whitfield" }).click();
  await page.getByRole("button", { name: "Make a sign-in link" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  await clean(page, "person");

  const context = await browser.newContext();
  const colleague = await context.newPage();
  await colleague.goto(link);
  await colleague.getByRole("button", { name: "Not now" }).click();
  await expect(heading(colleague, "Tonight")).toBeFocused();
  await clean(colleague, "tonight");

  await test.step("a seat is a way into the room, from both pages", async () => {
    await expect(page.getByRole("button", { name: "Go to the room" })).toHaveCount(0);
    await colleague.getByRole("link", { name: "Evening group" }).first().click();
    await colleague.getByRole("button", { name: "Go to the room" }).click();
    await expect(colleague.getByRole("textbox", { name: "Your name in the group" })).toHaveValue("Dana");
    expect(colleague.url()).not.toContain("#");
    await colleague.goto(new URL("/console", link).href);
    await expect(colleague.getByRole("button", { name: "Go to the room" })).toBeVisible();
  });

  await page.getByRole("button", { name: "End all sign-ins" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End all sign-ins" }).click();
  await expect(page.getByText("Every sign-in of this person has ended.")).toBeVisible();
  await colleague.getByRole("link", { name: "Week", exact: true }).click();
  await expect(heading(colleague, "Sign in")).toBeFocused();
  await expect(colleague.getByText("Your sign-in has ended. Please sign in again.")).toBeVisible();
  await context.close();
});
