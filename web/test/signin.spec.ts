// The sign-in of staff in every state: no breach of WCAG 2.1 A or AA, nothing
// wider than the screen. With SHOTS=dir each is also photographed.
import { expect, test, type Page } from "@playwright/test";
import type { Ways } from "../src/protocol/staff.ts";
import { play } from "./clinic.ts";
import { judge, scenes } from "./judge.ts";

test.describe.configure({ timeout: 120_000 });

test.beforeEach(({ page }) => {
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted|MISSING_TRANSLATION|FORMAT_ERROR/i.test(message.text())) throw new Error(message.text());
  });
});

const every: Ways = { passkeys: true, providers: [{ id: "entra", name: "Harbor Health" }, { id: "county", name: "County" }] };
const none: Ways = { passkeys: false, providers: [] };
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

const problems = ["no_role", "signin_late", "signin_refused", "provider_away", "launch_unknown", "launch_no_session", "internal", "of_another_version"];

/** The tab's own time: 15 minutes are over at once. */
async function signedIn(page: Page): Promise<void> {
  await page.clock.install();
  await play(page);
  await page.goto("/console/week#secret");
  await expect(heading(page, "Week")).toBeFocused();
}

for (const [size, use] of Object.entries(scenes)) {
  test.describe(size, () => {
    test.use(use);

    test("the ways in", async ({ page }) => {
      await play(page, ["admin"], every);
      await page.goto("/console/people?problem=provider_away");
      await expect(heading(page, "Sign in")).toBeFocused();
      await expect(page).toHaveURL(/\/console\/people$/);
      await expect(page.getByRole("link", { name: "Sign in with Harbor Health" })).toHaveAttribute("href", "/api/v1/oidc/entra/start?to=%2Fconsole%2Fpeople");
      await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
      await judge(page, `console-signin-${size}`);
    });

    test("links alone", async ({ page }) => {
      await play(page, ["admin"], none);
      await page.goto("/console");
      await expect(page.getByText("Please open the one-time link that you were sent.", { exact: false })).toBeVisible();
      await judge(page, `console-signin-links-${size}`);
    });

    test("a choice of clinics", async ({ page }) => {
      await play(page, ["admin"], every);
      const asked: unknown[] = [];
      await page.route("**/api/v1/staff/signin", (route) => {
        asked.push(route.request().postDataJSON());
        const choices = [{ id: "c1", name: "Harbor Evening Program" }, { id: "c2", name: "Valley Family Center of the Greater Hudson Area" }];
        const answer = { token: "", expires: "", clinic: "", name: "" };
        return route.fulfill({ json: asked.length === 1 ? { ...answer, choices } : { ...answer, token: "t", clinic: "Harbor Evening Program", name: "Morgan", to: "/console/week" } });
      });
      await page.goto("/console#offer");
      await expect(heading(page, "In which clinic?")).toBeFocused();
      await judge(page, `console-choice-${size}`);
      await page.getByRole("button", { name: "Harbor Evening Program" }).click();
      await expect(heading(page, "Week")).toBeFocused();
      expect(asked).toEqual([{ secret: "offer" }, { secret: "offer", clinic: "c1" }]);
    });

    test("the offer of a passkey", async ({ page }) => {
      await play(page);
      await page.route("**/api/v1/staff/passkeys", (route) => route.fulfill({ json: { passkeys: [] } }));
      await page.goto("/console/week#secret");
      await expect(heading(page, "Come in without a link next time?")).toBeFocused();
      await judge(page, `console-offer-${size}`);
      await page.getByRole("button", { name: "Not now" }).click();
      await expect(heading(page, "Week")).toBeFocused();
    });

    test("one's own sign-in", async ({ page }) => {
      await play(page);
      await page.goto("/console/signin#secret");
      await expect(page.getByText("iPhone")).toBeVisible();
      await judge(page, `console-own-signin-${size}`);
      await page.getByRole("button", { name: "Remove passkey: Front desk" }).click();
      await judge(page, `console-passkey-remove-${size}`);
    });

    test("a colleague's sign-in", async ({ page }) => {
      await play(page);
      await page.goto("/console/people/dana#secret");
      await page.getByRole("button", { name: "Make a sign-in link" }).click();
      await expect(page.getByRole("textbox", { name: "Link" })).toBeVisible();
      await judge(page, `console-staff-${size}`);
      await page.getByRole("button", { name: "End all sign-ins" }).click();
      await judge(page, `console-staff-end-${size}`);
    });

    test("a page that nobody uses asks", async ({ page }) => {
      await signedIn(page);
      await page.clock.fastForward("14:00");
      await expect(page.getByRole("dialog", { name: "Are you still there?" })).toBeVisible();
      await expect(page.getByRole("button", { name: "Stay signed in" })).toBeFocused();
      await page.clock.resume();
      await judge(page, `console-idle-${size}`);
    });
  });
}

test.describe("in Spanish", () => {
  test.use({ ...scenes.phone, locale: "es-MX" });

  test("the sign-in", async ({ page }) => {
    await play(page, ["admin"], every);
    await page.goto("/console?problem=no_role");
    await expect(heading(page, "Entrar")).toBeFocused();
    await judge(page, "console-signin-es");
    await page.goto("/console/signin#secret");
    await expect(heading(page, "Su acceso")).toBeFocused();
    await judge(page, "console-own-signin-es");
  });
});

test("what went wrong is said once, in a sentence", async ({ page }) => {
  await play(page);
  for (const code of problems) {
    await page.goto(`/console?problem=${code}`);
    await expect(page.getByRole("status")).toHaveText(/^[A-Z][^{]+\.$/);
    await expect(page).toHaveURL(/\/console$/);
  }
  await page.reload();
  await expect(heading(page, "Sign in")).toBeFocused();
  await expect(page.getByRole("status")).toHaveCount(0);
});

test("who stays is signed in as before", async ({ page }) => {
  await signedIn(page);
  const asked: (string | undefined)[] = [];
  page.on("request", (r) => r.url().endsWith("/staff/me") && asked.push(r.headers()["x-vesper-background"]));
  await page.clock.fastForward("14:00");
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(asked).toEqual([undefined]);
  await page.clock.fastForward("13:00");
  await page.mouse.move(200, 300);
  await expect.poll(() => asked).toEqual([undefined, undefined]);
  await page.clock.fastForward("13:30");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("who is away is signed out, and nothing stays on the page", async ({ page }) => {
  await signedIn(page);
  await expect(page.getByText("Elena Novak").first()).toBeVisible();
  const asked: (string | undefined)[] = [];
  await page.route("**/api/v1/staff/me", (route) => {
    asked.push(route.request().headers()["x-vesper-background"]);
    return route.fulfill({ status: 401, json: { title: "", status: 401, code: "signed_out", detail: "You were signed out." } });
  });
  await page.clock.fastForward("15:02");
  await expect(heading(page, "Sign in")).toBeFocused();
  await expect(page.getByText("You were signed out because nobody used this page for a while.")).toBeVisible();
  await expect(page.getByText("Elena Novak")).toHaveCount(0);
  expect(asked).toEqual(["1"]);
  expect(await page.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
  await page.unroute("**/api/v1/staff/me");
  await page.goto("/console/week#another");
  await expect(heading(page, "Week")).toBeFocused();
});

test("what an export's page asks again is its own", async ({ page }) => {
  await signedIn(page);
  const asked: (string | undefined)[] = [];
  page.on("request", (r) => /exports\/new$/.test(r.url()) && asked.push(r.headers()["x-vesper-background"]));
  await page.goto("/console/exports?week=2026-11-20");
  await page.getByRole("textbox", { name: "Purpose" }).fill("payment");
  await page.getByRole("textbox", { name: "Recipient" }).fill("County plan");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  expect(asked[0]).toBeUndefined();
  await page.clock.runFor(30_000);
  await expect.poll(() => asked.at(-1)).toBe("1");
});

test("a new tab is signed in by the open one, use of one is use of both, and the end of one is the end of both", async ({ page, context }) => {
  await signedIn(page);
  const second = await context.newPage();
  await play(second);
  await second.goto("/console/people");
  await expect(heading(second, "People")).toBeFocused();

  // The browser's time is that of both.
  const asks = (tab: Page) => tab.getByRole("dialog", { name: "Are you still there?" });
  await test.step("an answer in one tab is an answer in both", async () => {
    await page.clock.fastForward("14:00");
    await expect(asks(page)).toBeVisible();
    await expect(asks(second)).toBeVisible();
    await second.getByRole("button", { name: "Stay signed in" }).click();
    await expect(asks(second)).toHaveCount(0);
    await expect(asks(page)).toHaveCount(0);
  });

  await test.step("what is used in one tab is in use in both", async () => {
    await page.clock.fastForward("13:00");
    await second.getByRole("link", { name: "Calendar" }).click();
    await expect(heading(second, "Calendar")).toBeFocused();
    await page.clock.fastForward("01:30");
    await expect(heading(page, "Week")).toBeVisible();
    await expect(asks(page)).toHaveCount(0);
  });

  await test.step("who signs out of one has signed out", async () => {
    await second.getByRole("button", { name: "Sign out" }).click();
    for (const tab of [second, page]) {
      await expect(heading(tab, "Sign in")).toBeFocused();
      await expect(tab.getByText("You are signed out.")).toBeVisible();
      await expect(tab.getByText("Elena Novak")).toHaveCount(0);
      expect(await tab.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
    }
  });

  await test.step("and a new one asks for a sign-in again", async () => {
    const third = await context.newPage();
    await play(third);
    await third.goto("/console/week");
    await expect(heading(third, "Sign in")).toBeFocused();
  });
});

test("a sign-in that ends by itself ends in every tab", async ({ page, context }) => {
  await signedIn(page);
  const second = await context.newPage();
  await play(second);
  await second.goto("/console/people");
  await expect(heading(second, "People")).toBeFocused();
  await page.route("**/api/v1/staff/me", (route) => route.fulfill({ status: 401, json: { title: "", status: 401, code: "signed_out", detail: "You were signed out." } }));
  await page.clock.fastForward("15:02");
  for (const tab of [page, second]) await expect(tab.getByText("You were signed out because nobody used this page for a while.")).toBeVisible();
});
