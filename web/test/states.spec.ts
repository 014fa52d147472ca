// Every state of every page: no breach of WCAG 2.1 A or AA, no breach of the
// content security policy. With SHOTS=dir each state is also photographed.
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Browser, type Page } from "@playwright/test";
import { Fake, invitation, people, row, thorough } from "./fake.ts";

const shots = process.env["SHOTS"];
const scenes = {
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  small: { viewport: { width: 320, height: 640 }, colorScheme: "light" },
  laptop: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  evening: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
} as const;

const board = [
  row({ participant: "p-0", name: "Dana", state: "present", role: "facilitator" }),
  row({ participant: "p-1", name: "Luis M.", state: "present", muted: true }),
  row({ participant: "p-2", name: "Priya S.", state: "present", place: "elsewhere" }),
  row({ participant: "p-4", name: "Keisha B.", state: "away", since: new Date(Date.now() - 90_000).toISOString() }),
  row({ participant: "p-10", name: "Ruth A.", state: "lobby", place: "elsewhere", notice: "outside_state", since: new Date(Date.now() - 200_000).toISOString() }),
  row({ participant: "p-11", name: "Sam O.", state: "lobby", complete: false, since: new Date().toISOString() }),
  row({ participant: "p-12", name: "Ben K.", state: "expected" }),
  row({ participant: "p-15", name: "Gus", state: "expected", guest: true, absence: "not_reached" }),
  row({ participant: "p-13", name: "Olga V.", state: "left" }),
  row({ participant: "p-14", name: "Ned", state: "removed" }),
];

async function judge(page: Page, name: string, fullPage = false): Promise<void> {
  await page.waitForTimeout(400);
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage });
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`)).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, "nothing is wider than the screen").toBeLessThanOrEqual(0);
}

async function join(page: Page): Promise<void> {
  await page.goto("/j#secret");
  await page.getByRole("checkbox", { name: "I accept the ground rules", exact: true }).check();
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(page.getByText("You are in the lobby. Someone will let you in.")).toBeVisible();
}

async function enter(page: Page, browser: Browser, staff: boolean, media: boolean): Promise<Fake> {
  const fake = new Fake(page);
  if (staff) fake.you = { ...fake.you, participant: "p-0", name: "Dana", role: "facilitator" };
  await fake.install(media ? browser : undefined);
  await join(page);
  const others = staff ? people(7).slice(1) : people(9);
  fake.admit(others, staff ? board : undefined, { hands: ["p-2", "p-6"] });
  await expect(page.getByRole("button", { name: "Leave", exact: true })).toBeVisible();
  if (media) {
    await expect.poll(() => fake.mids("video").length).toBeGreaterThan(0);
    fake.show(others.map((p) => p.id));
    await page.waitForTimeout(2500);
  }
  return fake;
}

// Each state is judged; a busy machine takes its time over that.
test.describe.configure({ timeout: 90_000 });

test.beforeEach(({ page }) => {
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) throw new Error(message.text());
  });
});

for (const [size, use] of Object.entries(scenes)) {
  test.describe(size, () => {
    test.use(use);
    const named = (name: string): string => `${name}-${size}`;

    test("join", async ({ page }) => {
      const fake = new Fake(page);
      await fake.install();
      await page.goto("/j#secret");
      await expect(page.getByRole("textbox", { name: "Your name in the group", exact: true })).toHaveValue("Ana R.");
      expect(page.url()).not.toContain("secret");
      await expect(page.getByRole("button", { name: "Join", exact: true })).toBeDisabled();
      await judge(page, named("join"));
      await page.getByRole("radio", { name: "Somewhere else", exact: true }).check();
      await expect(page.getByRole("textbox", { name: "ZIP code", exact: true })).toHaveAttribute("inputmode", "numeric");
      await expect(page.getByRole("combobox", { name: "State", exact: true })).toBeVisible();
      await page.getByRole("checkbox", { name: "I accept the ground rules", exact: true }).check();
      await expect(page.getByRole("button", { name: "Join", exact: true })).toBeEnabled();
      await judge(page, named("join-filled"));
      await page.getByRole("button", { name: "Español" }).click();
      await judge(page, named("join-es"));
    });

    test("join, when the clinic asks for everything", async ({ page }) => {
      await new Fake(page, thorough).install();
      await page.goto("/j#secret");
      const button = page.getByRole("button", { name: "Join", exact: true });
      await expect(page.getByText("12 Elm Street, Albany, NY 12207. Still right?")).toBeVisible();
      await expect(page.getByRole("checkbox", { name: "I accept the ground rules", exact: true })).toBeChecked();
      await expect(button).toBeDisabled();
      await judge(page, named("join-all"), true);
      await expect(button, "the way in is in sight").toBeInViewport({ ratio: 1 });
      // The scale is one stop for Tab, and arrows move in it.
      const urge = page.getByRole("group", { name: "How strong is the urge to use right now?" });
      await urge.getByRole("radio", { name: "0, none", exact: true }).focus();
      await page.keyboard.press("ArrowRight");
      await expect(urge.getByRole("radio", { name: "1", exact: true })).toBeChecked();
      await page.getByRole("button", { name: "Next question", exact: true }).press("Enter");
      await expect(page.getByText("How strong is the urge to use right now? 1")).toBeVisible();
      await page.getByRole("group", { name: "How is your mood?" }).getByRole("radio", { name: "Skip", exact: true }).check();
      await page.getByText("12 Elm Street").click();
      await expect(page.getByRole("textbox", { name: "City", exact: true })).toHaveValue("Albany");
      await page.getByText("Rosa Ruiz").click();
      await expect(page.getByRole("textbox", { name: "Name of your contact", exact: true })).toHaveValue("Rosa Ruiz");
      await page.getByRole("checkbox", { name: "I agree to meet by video", exact: true }).check();
      await expect(button).toBeEnabled();
      await judge(page, named("join-all-filled"), true);
    });

    test("join, two days after the last time", async ({ page }) => {
      const { consent: _due, ...usual } = thorough;
      await new Fake(page, { ...usual, asks: { ...usual.asks, address: "always" }, home: { line: "4 Oak St", city: "Fargo", state: "ND", zip: "58102" } }).install();
      await page.goto("/j#secret");
      const button = page.getByRole("button", { name: "Join", exact: true });
      await expect(button).toBeEnabled();
      await expect(button).toBeInViewport({ ratio: 1 });
      const screens = await page.evaluate(() => document.documentElement.scrollHeight / window.innerHeight);
      if (size === "phone") expect(screens, "screens of a phone, with the check-in").toBeLessThanOrEqual(1.75);
      await page.getByRole("radio", { name: "At home", exact: true }).check();
      await expect(page.getByText("4 Oak St, Fargo, ND 58102. Still right?")).toBeVisible();
      await judge(page, named("join-again"));
      await page.getByText("4 Oak St, Fargo").click();
      await page.getByRole("textbox", { name: "ZIP code", exact: true }).fill("5810");
      await button.click();
      await expect(page.getByText("A ZIP code has five digits, or five and four.")).toBeVisible();
      await expect(page.getByRole("textbox", { name: "ZIP code", exact: true })).toBeFocused();
      await judge(page, named("join-again-zip"));
      await page.getByRole("textbox", { name: "ZIP code", exact: true }).fill("581021234");
      await button.click();
      await expect(page.getByText("You are in the lobby. Someone will let you in.")).toBeVisible();
    });

    test("join for the first time, step by step", async ({ page }) => {
      const { accepted: _before, ...asked } = thorough;
      const fake = new Fake(page, { ...asked, name: "Ana R.", prefill: { name: "", place: "", phone: "" } });
      await fake.install();
      await page.goto("/j#secret");
      const next = page.getByRole("button", { name: "Next", exact: true });
      const step = (head: string) => expect(page.getByRole("heading", { level: 2, name: head, exact: true })).toBeFocused();
      await expect(page.getByText("Question 1 of 8")).toBeVisible();
      await expect(next).toBeInViewport({ ratio: 1 });
      await judge(page, named("step-name"));
      await page.getByRole("textbox", { name: "Your name in the group", exact: true }).press("Enter");
      await step("Where are you tonight?");
      await next.click(); // nothing was said
      await expect(page.getByRole("radio", { name: "At home", exact: true })).toBeFocused();
      await page.keyboard.press("Space");
      await next.click();
      await step("On which number can we call you back?");
      await page.getByRole("textbox", { name: "Call-back number", exact: true }).fill("70155");
      await next.click();
      await expect(page.getByText("This can't be a phone number yet.", { exact: false })).toBeVisible();
      await judge(page, named("step-phone-wrong"));
      await page.getByRole("textbox", { name: "Call-back number", exact: true }).fill("701 555 0100");
      await page.reload();
      await expect(page.getByRole("textbox", { name: "Call-back number", exact: true })).toHaveValue("701 555 0100");
      await page.getByRole("button", { name: "Back", exact: true }).click();
      await expect(page.getByRole("radio", { name: "At home", exact: true })).toBeChecked();
      await page.getByRole("radio", { name: "Somewhere else", exact: true }).check();
      await page.getByRole("textbox", { name: "Street and number", exact: true }).fill("12 Elm Street");
      await page.getByRole("textbox", { name: "City", exact: true }).fill("Albany");
      await page.getByRole("combobox", { name: "State", exact: true }).selectOption("New York (NY)");
      await page.getByRole("textbox", { name: "ZIP code", exact: true }).fill("12207");
      await judge(page, named("step-place"));
      await next.click();
      await next.click();
      await step("Whom may we call if we worry about you?");
      await page.getByRole("textbox", { name: "Name of your contact", exact: true }).fill("Rosa Ruiz");
      await page.getByRole("textbox", { name: "Their number", exact: true }).fill("701 555 0101");
      await next.click();
      await step("How are you now?");
      await page.getByRole("radio", { name: "3", exact: true }).check();
      await judge(page, named("step-scale"));
      await next.click();
      await next.click(); // left alone: skipped
      await step("Meeting by video");
      await page.getByRole("checkbox", { name: "I agree to meet by video", exact: true }).check();
      await next.click();
      await step("The ground rules");
      await expect(page.getByRole("button", { name: "Join", exact: true })).toBeDisabled();
      await page.getByRole("checkbox", { name: "I accept the ground rules", exact: true }).check();
      await judge(page, named("step-rules"));
      // The door refuses once, and names what it wants: the page goes there, and nothing is lost.
      await page.route("**/api/v1/invitations/ticket", (route) => route.fulfill({
        status: 422, contentType: "application/problem+json",
        body: JSON.stringify({ title: "", status: 422, code: "incomplete", detail: "", errors: [{ location: "door.phone", message: "" }] }),
      }), { times: 1 });
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await step("On which number can we call you back?");
      await expect(page.getByRole("textbox", { name: "Call-back number", exact: true })).toHaveValue("701 555 0100");
      for (let n = 0; n < 5; n++) await next.click();
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await expect(page.getByText("You are in the lobby. Someone will let you in.")).toBeVisible();
      expect(await page.evaluate(() => sessionStorage.getItem("vesper.draft"))).toBeNull();
    });

    test("too many tries: the page waits as long as it is told, and tries again", async ({ page }) => {
      const slow = { status: 429, headers: { "Retry-After": "2" }, contentType: "application/problem+json",
        body: JSON.stringify({ title: "", status: 429, code: "slow_down", detail: "" }) };
      await new Fake(page).install();
      await page.route("**/api/v1/invitations/open", (route) => route.fulfill(slow), { times: 1 });
      await page.goto("/j#secret");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("One moment, please.");
      await expect(page.getByText("we try again.")).toBeVisible();
      await judge(page, named("door-slow"));
      await expect(page.getByRole("checkbox", { name: "I accept the ground rules", exact: true })).toBeVisible();
      await page.getByRole("checkbox", { name: "I accept the ground rules", exact: true }).check();
      await page.route("**/api/v1/invitations/ticket", (route) => route.fulfill(slow), { times: 1 });
      await page.route("**/api/v1/invitations/ticket", (route) => route.abort(), { times: 1 });
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await expect(page.getByText("this page tries again by itself", { exact: false })).toBeVisible();
      await judge(page, named("join-again-in"));
      await expect(page.getByText("You are in the lobby. Someone will let you in.")).toBeVisible({ timeout: 15_000 });
    });

    for (const status of ["early", "late", "ended", "removed", "none"] as const) {
      test(`door ${status}`, async ({ page }) => {
        const fake = new Fake(page, {
          ...invitation, status, now: new Date(Date.now() - 60 * 60_000).toISOString(),
        });
        await fake.install();
        await page.goto("/j#secret");
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await judge(page, named(`door-${status}`));
      });
    }

    for (const [code, status] of [["link_unknown", 404], ["link_revoked", 410]] as const) {
      test(`door ${code}`, async ({ page }) => {
        const fake = new Fake(page, { code, status });
        await fake.install();
        await page.goto("/j#secret");
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await judge(page, named(`door-${code}`));
      });
    }

    test("without camera and microphone", async ({ page }) => {
      await page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
      });
      await new Fake(page).install();
      await page.goto("/j#secret");
      await expect(page.getByText("You can still join and listen")).toBeVisible();
      await page.getByRole("checkbox").check();
      await expect(page.getByRole("button", { name: "Join", exact: true })).toBeEnabled();
      await page.getByText("You can still join and listen").scrollIntoViewIfNeeded();
      await judge(page, named("join-denied"));
    });

    test("text at 200 %", async ({ page, browser }) => {
      await page.addInitScript(() => {
        document.addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = "200%"));
      });
      const fake = new Fake(page);
      await fake.install(browser);
      await page.goto("/j#secret");
      await expect(page.getByRole("checkbox")).toBeVisible();
      await judge(page, named("large-join"));
      await page.getByRole("checkbox").check();
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await expect(page.getByText("You are in the lobby.")).toBeVisible();
      await judge(page, named("large-lobby"));
      fake.admit(people(5));
      await expect(page.getByRole("button", { name: "Leave", exact: true })).toBeVisible();
      await judge(page, named("large-room"));
    });

    test("home", async ({ page }) => {
      await page.goto("/");
      await judge(page, named("home"));
    });

    test("lobby", async ({ page }) => {
      await new Fake(page).install();
      await join(page);
      await judge(page, named("lobby"));
    });

    test("second device", async ({ page }) => {
      const fake = new Fake(page);
      fake.you.state = "second_device";
      await fake.install();
      await page.goto("/j#secret");
      await page.getByRole("checkbox").check();
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await expect(page.getByRole("heading", { level: 1 })).toContainText("another device");
      await judge(page, named("second-device"));
      expect(await fake.types("offer")).toEqual([]);
    });

    test("room", async ({ page, browser }) => {
      const fake = await enter(page, browser, false, true);
      fake.tell({ type: "speakers", speakers: [{ participant: "p-2", level: 20 }] });
      await judge(page, named("room"));
      fake.change({ muted: true, muted_by: "staff" });
      fake.tell({ type: "room", version: 9, room: { locked: true, held: true, segment: 1, hands: [] } });
      await expect(page.getByRole("button", { name: "Unmute", exact: true })).toBeVisible();
      await judge(page, named("room-held"));
      fake.tell({ type: "device_question" });
      await expect(page.getByRole("alertdialog")).toBeVisible();
      await judge(page, named("room-question"));
      await page.getByRole("button", { name: "Stay here" }).click();
      await page.getByRole("button", { name: "Devices", exact: true }).click();
      await judge(page, named("room-devices"));
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Who is here", exact: true }).click();
      await judge(page, named("room-people"));
      await page.keyboard.press("Escape");
      fake.up = false;
      await fake.socket?.close({ code: 1001 });
      await expect(page.getByText("Reconnecting. You don't have to do anything.")).toBeVisible();
      await judge(page, named("room-reconnecting"));
    });

    test("staff", async ({ page, browser }) => {
      const fake = await enter(page, browser, true, false);
      await judge(page, named("staff"));
      const open = page.getByRole("button", { name: "Board", exact: true });
      if ((await open.getAttribute("aria-expanded")) === "false") await open.click();
      await expect(page.getByRole("button", { name: "Admit Ruth A.", exact: true })).toBeVisible();
      await judge(page, named("staff-board"));
      await page.getByRole("button", { name: "Fresh link for Ben K.", exact: true }).click();
      await expect(page.getByRole("img", { name: "QR code of the link for Ben K.", exact: true })).toBeVisible();
      await judge(page, named("staff-link"));
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await page.getByRole("button", { name: "Add a guest", exact: true }).click();
      await judge(page, named("staff-guest"));
      await page.getByRole("textbox", { name: "Name as others will see it", exact: true }).fill("Gil T.");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("img", { name: "QR code of the link for Gil T.", exact: true })).toBeVisible();
      expect((await fake.types("guest")).map((m) => m["name"])).toEqual(["Gil T."]);
      await page.keyboard.press("Escape");
      await page.getByRole("combobox", { name: "What came of calling Ben K.", exact: true }).selectOption("Reached");
      await expect.poll(async () => (await fake.types("absence")).map((m) => m["outcome"])).toEqual(["reached"]);
      await page.getByRole("button", { name: "Remove Priya S.", exact: true }).click();
      await expect(page.getByRole("alertdialog")).toBeVisible();
      await judge(page, named("staff-remove"));
      await page.getByRole("alertdialog").getByRole("button", { name: "Remove", exact: true }).click();
      await expect.poll(async () => (await fake.types("remove")).length).toBe(1);
    });

    test("the goodbye tells of the evening", async ({ page }) => {
      const fake = new Fake(page);
      await fake.install();
      await join(page);
      fake.tell({ type: "bye", code: "ended", message: "" });
      await expect(page.getByText("118 minutes")).toBeVisible();
      await expect(page.getByText("4 h 58 min of 9 h")).toBeVisible();
      await judge(page, named("after"), true);
      await page.getByRole("group", { name: "How is your mood?" }).getByRole("radio", { name: "10, very good", exact: true }).check();
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await expect(page.getByText("Thank you. Staff can see your answers.")).toBeVisible();
      await judge(page, named("after-sent"), true);
    });

    for (const code of ["left", "ended", "removed", "denied", "discharged", "replaced"]) {
      test(`over ${code}`, async ({ page }) => {
        const fake = new Fake(page);
        await fake.install();
        await join(page);
        fake.tell({ type: "bye", code, message: "" });
        await expect(page.getByText("You are in the lobby.")).toBeHidden();
        await judge(page, named(`over-${code}`));
      });
    }
  });
}
