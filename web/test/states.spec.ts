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
      await expect(page.getByRole("textbox", { name: "State", exact: true })).toBeVisible();
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
      const screens = await page.evaluate(() => document.documentElement.scrollHeight / window.innerHeight);
      if (size === "phone") expect(screens).toBeLessThanOrEqual(3);
      // The scale is one stop for Tab, and arrows move in it.
      const urge = page.getByRole("group", { name: "How strong is the urge to use right now?" });
      await urge.getByRole("radio", { name: "0, none", exact: true }).focus();
      await page.keyboard.press("ArrowRight");
      await expect(urge.getByRole("radio", { name: "1", exact: true })).toBeChecked();
      await page.getByRole("group", { name: "How is your mood?" }).getByRole("radio", { name: "Skip", exact: true }).check();
      await page.getByText("12 Elm Street").click();
      await expect(page.getByRole("textbox", { name: "City", exact: true })).toHaveValue("Albany");
      await page.getByText("Rosa Ruiz").click();
      await expect(page.getByRole("textbox", { name: "Name of your contact", exact: true })).toHaveValue("Rosa Ruiz");
      await page.getByRole("checkbox", { name: "I agree to meet by video", exact: true }).check();
      await expect(button).toBeEnabled();
      await judge(page, named("join-all-filled"), true);
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
