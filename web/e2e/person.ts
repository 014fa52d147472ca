// A page that is a person: comes by a link, waits, is in the room, sees and
// hears. Everything is found by the names that the outside contract fixes.
import { expect, type Browser, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { install, type Counted, type Frame } from "./witness.ts";

export interface Looks {
  width: number;
  height: number;
}

export const phone: Looks = { width: 390, height: 844 };
export const laptop: Looks = { width: 1280, height: 800 };
export const small: Looks = { width: 1280, height: 720 };

export interface How {
  viewport?: Looks;
  locale?: string;
  /** Where the person's own clock is. */
  zone?: string;
}

/** A tile as the eye has it. */
export interface Tile {
  name: string;
  width: number;
  frames: number;
}

export class Person {
  private readonly errors: string[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on("pageerror", (error) => this.errors.push(error.message));
  }

  static async meet(browser: Browser, name: string, { viewport = laptop, locale = "en-US", zone = "UTC" }: How = {}): Promise<Person> {
    const context = await browser.newContext({ permissions: ["camera", "microphone"], viewport, locale, timezoneId: zone });
    await context.addInitScript(install);
    return new Person(name, context, await context.newPage());
  }

  /** Another tab of the same browser. */
  async anotherTab(): Promise<Person> {
    return new Person(this.name, this.context, await this.context.newPage());
  }

  /** Opens the link and asks to be let in. */
  async knock(link: string): Promise<void> {
    await this.page.goto(link);
    await this.page.getByRole("checkbox", { name: "I accept the ground rules", exact: true }).check();
    const home = this.page.getByRole("radio", { name: "At home", exact: true });
    if (!(await home.isChecked())) await home.check();
    await this.button("Join").click();
  }

  async inLobby(): Promise<void> {
    await expect(this.page.getByText("You are in the lobby. Someone will let you in.")).toBeVisible();
  }

  /** The room's own controls are there: the lobby has a "Leave" too, but no hand. */
  async inRoom(timeout = 15_000): Promise<void> {
    await expect(this.button("Raise hand").or(this.button("Lower hand"))).toBeVisible({ timeout });
  }

  async readsHeading(text: string, timeout = 10_000): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(text, { timeout });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  tile(name: string): Locator {
    return this.page.getByRole("group", { name, exact: true });
  }

  /** The media path is up. */
  async connected(timeout = 10_000): Promise<number> {
    await expect.poll(() => this.page.evaluate(() => window.witness.connected.length), { timeout, message: `${this.name}: a connection` }).toBeGreaterThan(0);
    return this.page.evaluate(() => window.witness.connected[0] ?? 0);
  }

  count(): Promise<Counted> {
    return this.page.evaluate(() => window.witness.count());
  }

  frames(): Promise<Frame[]> {
    return this.page.evaluate(() => window.witness.frames);
  }

  /** When the newest message with all of these words came to the page, in ms; without words, any message. */
  async told(...words: string[]): Promise<number> {
    const newest = async (): Promise<number> =>
      (await this.frames()).filter(({ text }) => words.every((word) => text.includes(word))).at(-1)?.at ?? 0;
    await expect.poll(newest, { message: `${this.name} is told ${words.join(" ")}` }).toBeGreaterThan(0);
    return newest();
  }

  /** When the page learned that it may come in. */
  admittedAt(): Promise<number> {
    return this.told(`"type":"you"`, `"state":"admitted"`);
  }

  /** Everybody's id by name, as the room has told this page. */
  async ids(): Promise<Map<string, string>> {
    const tiles = await this.page.locator("[role=group][data-participant]").evaluateAll((all) =>
      all.map((e): [string, string] => [e.getAttribute("aria-label") ?? "", e.getAttribute("data-participant") ?? ""]));
    return new Map(tiles);
  }

  tiles(): Promise<Tile[]> {
    return this.page.locator("[role=group][data-participant]").evaluateAll((all) =>
      all.map((e) => {
        const video = e.querySelector("video");
        return {
          name: e.getAttribute("aria-label") ?? "",
          width: video?.videoWidth ?? 0,
          frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
        };
      }));
  }

  /** Returns when the pictures of all of these move: each <video> shows and the decoder behind it works on. */
  async sees(names: string[], timeout = 20_000): Promise<void> {
    const still = async (): Promise<string[]> => {
      const before = await this.decoded();
      await this.page.waitForTimeout(500); // a picture needs time to move
      const [after, tiles] = [await this.decoded(), await this.tiles()];
      const moves = (name: string): boolean =>
        (after.get(name) ?? 0) > (before.get(name) ?? 0) && (tiles.find((t) => t.name === name)?.width ?? 0) > 0;
      return names.filter((name) => !moves(name));
    };
    await expect.poll(still, { timeout, intervals: [100], message: `${this.name} does not see` }).toEqual([]);
  }

  /** Decoded frames by name. */
  async decoded(): Promise<Map<string, number>> {
    const names = new Map([...(await this.ids())].map(([name, id]) => [id, name]));
    const { received } = await this.count();
    const frames = new Map<string, number>();
    for (const r of received) {
      const name = names.get(r.participant);
      if (r.kind === "video" && name !== undefined) frames.set(name, (frames.get(name) ?? 0) + r.frames);
    }
    return frames;
  }

  /** Staff: lets somebody in. Returns when it was asked, in ms. */
  async admit(name: string): Promise<number> {
    const button = this.button(`Admit ${name}`);
    await expect(button).toBeVisible({ timeout: 10_000 });
    const at = Date.now();
    await button.click();
    return at;
  }

  /** What went wrong in the page and what its content policy forbade. */
  async troubles(): Promise<string[]> {
    if (this.page.isClosed()) return this.errors;
    const breaches = await this.page.evaluate(() => window.witness?.breaches ?? []).catch(() => []);
    return [...this.errors, ...breaches].map((text) => `${this.name}: ${text}`);
  }
}
