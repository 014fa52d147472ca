// Pictures of every page from the running demo, for the README:
// npm run screenshots. Each person has a browser of their own, whose camera
// shows one of the demo's clips, because the built-in test picture is no face.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "@playwright/test";
import { laptop, phone, Person, type Looks } from "./person.ts";
import { test, expect } from "./test.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const out = here("../../docs/pictures");
const clips = here("../../cmd/vesper/demo/clips/data");
const BOTS = 6;

/** The bots use the clips in order; who is drawn in a clip that no bot uses is left for people. */
function camera(folder: string, n: number): string[] {
  const clip = join(clips, `bot${n}-h.ivf`);
  const film = join(folder, `camera${n}.mjpeg`);
  if (!existsSync(clip)) return [];
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", "-i", clip, "-vf", "hflip,scale=640:360,fps=15", "-q:v", "4", film]);
  return [`--use-file-for-fake-video-capture=${film}`];
}

async function shoot({ page }: Person, name: string, size: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(out, `${name}-${size}.jpg`), type: "jpeg", quality: 68, animations: "disabled" });
}

/** By width, as the files are named. */
const sizes: Record<string, Looks> = { 390: phone, 1280: laptop };

test.use({ bots: BOTS });

for (const [size, viewport] of Object.entries(sizes)) {
  test(`every page, ${size} wide`, async ({ house, launchOptions }, info) => {
    mkdirSync(out, { recursive: true });
    const browsers: Browser[] = [];
    const meet = async (name: string, clip: number): Promise<Person> => {
      const args = [...(launchOptions.args ?? []), ...camera(info.outputPath(), clip)];
      const browser = await chromium.launch({ ...launchOptions, args });
      browsers.push(browser);
      return Person.meet(browser, name, { viewport, zone: "America/New_York" });
    };
    mkdirSync(info.outputPath(), { recursive: true });
    const [dana, ana, ben] = [await meet("Dana", 2), await meet("Ana R.", 5), await meet("Ben T.", 4)];
    const { links } = house;

    await ana.page.goto(links.participants[0] ?? "");
    await expect(ana.button("Join")).toBeVisible();
    await expect.poll(() => ana.page.locator("video").evaluate((v: HTMLVideoElement) => v.videoWidth)).toBeGreaterThan(0);
    await shoot(ana, "join", size);
    await ana.knock(links.participants[0] ?? "");
    await ana.inLobby();
    await expect.poll(() => ana.page.locator("video").evaluate((v: HTMLVideoElement) => v.videoWidth)).toBeGreaterThan(0);
    await shoot(ana, "lobby", size);
    await ben.knock(links.participants[1] ?? "");
    await ben.inLobby();
    await dana.knock(links.facilitator);
    await dana.inRoom();
    // On a phone the board lies over the room.
    const narrow = viewport === phone;
    const board = (open: boolean): Promise<void> => (narrow ? dana.button(open ? "Board" : "Close board").click() : Promise.resolve());
    await board(true);
    await dana.admit("Ana R.");
    await ana.inRoom();
    await expect(dana.button("Admit Ben T.")).toBeVisible();
    await shoot(dana, "board", size);
    await dana.button("Admit Ben T.").click();
    await ben.inRoom();
    await board(false);
    await ben.button("Raise hand").click();
    await ana.page.waitForTimeout(4000); // the pictures sharpen
    await shoot(ana, "room", size);
    await shoot(dana, "room-staff", size);
    await board(true);
    await dana.button("Remove Ben T.").click();
    await shoot(dana, "remove", size);
    await dana.page.keyboard.press("Escape");
    await dana.button("End session").click();
    await dana.button("End for everyone").click();
    await ana.readsHeading("The session has ended.");
    await shoot(ana, "ended", size);

    await dana.page.goto(links.console);
    await dana.readsHeading("Tonight");
    await expect(dana.page.getByRole("row").nth(3)).toBeVisible();
    await shoot(dana, "console", size);
    // Last week's evening has whole hours in it.
    const { sessions } = await house.read<{ sessions: { id: string; final: boolean; start: string }[] }>("/sessions");
    const past = sessions.filter((s) => s.final && s.id !== links.session).sort((a, b) => a.start.localeCompare(b.start)).at(-1);
    await dana.page.goto(`${links.url}/console/sessions/${past?.id ?? links.session}`);
    await expect(dana.page.getByRole("rowheader", { name: "Ana R." })).toBeVisible();
    await shoot(dana, "attendance", size);
    for (const browser of browsers) await browser.close();
  });
}
