// The pages for themselves: on a phone and on a small laptop, by keyboard
// alone, and in Spanish.
import type { Locator, Page } from "@playwright/test";
import { es } from "../src/words/es.ts";
import { phone, small, type Person } from "./person.ts";
import { test, expect } from "./test.ts";

/** Nothing is wider than the screen. */
async function fits(person: Person, where: string): Promise<void> {
  const over = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${person.name}, ${where}: pixels beyond the right edge`).toBeLessThanOrEqual(0);
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target, "reached with Tab").toBeFocused();
}

test.describe("with bots", () => {
  test.use({ bots: 2 });

  test("three pages on a laptop and two phones", async ({ house, meet }) => {
    const { links } = house;
    const dana = await meet("Dana", { viewport: small });
    const [ana, ben] = [await meet("Ana R.", { viewport: phone }), await meet("Ben T.", { viewport: phone })];
    for (const [person, link] of [[dana, links.facilitator], [ana, links.participants[0]], [ben, links.participants[1]]] as const) {
      await person.page.goto(link ?? "");
      await expect(person.button("Join")).toBeVisible();
      await fits(person, "at the door");
      await person.knock(link ?? "");
    }
    await dana.inRoom();
    for (const person of [ana, ben]) {
      await person.inLobby();
      await fits(person, "in the lobby");
      await dana.admit(person.name);
      await person.inRoom();
    }
    const bots = ["Cory", "Maya L.", "Jonas K."];
    await dana.sees([...bots, "Ana R.", "Ben T."]);
    for (const person of [dana, ana, ben]) {
      await fits(person, "in the room");
      for (const name of ["Mute", "Stop camera", "Raise hand", "Leave"]) {
        await expect(person.button(name), `${person.name}: ${name}`).toBeInViewport({ ratio: 1 });
      }
      await expect(person.page.locator("[role=group][data-participant]")).toHaveCount(6);
    }
    // The phone shows one large picture of staff, and whom it has room for.
    await expect.poll(async () => (await ana.tiles()).filter((t) => t.width > 0 && t.frames > 0).length, { timeout: 15_000 }).toBeGreaterThan(2);
    await dana.button("Board").click();
    await fits(dana, "without the board");
  });
});

test("by keyboard alone: in by the door, let in, and unmuted", async ({ house, meet }) => {
  const { links } = house;
  const [dana, ana] = [await meet("Dana"), await meet("Ana R.", { viewport: phone })];
  for (const [person, link] of [[dana, links.facilitator], [ana, links.participants[0]]] as const) {
    const { page } = person;
    await page.goto(link ?? "");
    await tabTo(page, page.getByRole("textbox", { name: "Your name in the group", exact: true }));
    // A group of radios is one stop: the chosen one, or the first; arrows choose.
    const home = page.getByRole("radio", { name: "At home", exact: true });
    const elsewhere = page.getByRole("radio", { name: "Somewhere else", exact: true });
    await tabTo(page, (await elsewhere.isChecked()) ? elsewhere : home);
    await page.keyboard.press((await elsewhere.isChecked()) ? "ArrowUp" : "Space");
    await expect(home).toBeChecked();
    await tabTo(page, page.getByRole("textbox", { name: "Call-back number", exact: true }));
    await tabTo(page, page.getByRole("checkbox", { name: "I accept the ground rules", exact: true }));
    await page.keyboard.press("Space");
    await tabTo(page, person.button("Join"));
    await page.keyboard.press("Enter");
  }
  await dana.inRoom();
  await ana.inLobby();
  await expect(dana.button("Admit Ana R.")).toBeVisible();
  await tabTo(dana.page, dana.button("Admit Ana R."));
  await dana.page.keyboard.press("Enter");
  await ana.inRoom();
  await tabTo(ana.page, ana.button("Mute"));
  await ana.page.keyboard.press("Space");
  await expect(ana.button("Unmute")).toBeVisible();
  await ana.page.keyboard.press("Space");
  await expect(ana.button("Mute")).toBeVisible();

  await tabTo(dana.page, dana.button("Remove Ana R."));
  await dana.page.keyboard.press("Enter");
  const ask = dana.page.getByRole("alertdialog");
  await expect(ask).toBeVisible();
  await dana.page.keyboard.press("Escape");
  await expect(ask).toHaveCount(0);
  await expect(dana.button("Remove Ana R."), "the focus is back where it was").toBeFocused();
});

test("Spanish for those whose browser speaks it", async ({ house, meet }) => {
  const ana = await meet("Ana R.", { locale: "es-MX", viewport: phone });
  const { page } = ana;
  await page.goto(house.links.participants[0] ?? "");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page.getByText("Lo que se dice aquí se queda aquí.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: es["join.name"], exact: true })).toHaveValue("Ana R.");
  await expect(page.getByText("The ground rules")).toHaveCount(0);
  await page.getByRole("radio", { name: es["join.home"], exact: true }).check();
  await page.getByRole("checkbox", { name: es["join.accept"], exact: true }).check();
  await ana.button(es["join.button"]).click();
  await expect(page.getByText(es["lobby.text"])).toBeVisible();
  await expect(page).toHaveTitle(`${es["title.lobby"]} · Vesper`);

  await page.getByRole("button", { name: "English", exact: true }).click();
  await ana.inLobby();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});
