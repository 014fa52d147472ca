// axe finds no breach of WCAG 2.1 A or AA on any page of a real evening.
import AxeBuilder from "@axe-core/playwright";
import { laptop, phone, type Person } from "./person.ts";
import { test, expect } from "./test.ts";
import type { House } from "./house.ts";

async function judge({ page, name }: Person, state: string): Promise<void> {
  // What moves in is judged when it has arrived.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished)));
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const said = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`);
  expect.soft(said, `${name}: ${state}`).toEqual([]);
}

/** A link to a single session of an hour that begins so many hours from now. */
async function linkTo(house: House, hours: number): Promise<string> {
  const person = await house.create("/persons", { kind: "client", legal_name: "Nina Olsen", display_name: "Nina O.", phone: "+1 555 0150" });
  const program = await house.create("/programs", { name: "Another program" });
  const start = new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
  const series = await house.create("/series", {
    program: program.id, title: "Another group", rule: "FREQ=DAILY;COUNT=1", zone: "UTC", start, template: [{ kind: "group", minutes: 60 }],
  });
  const seat = await house.create(`/series/${series.id}/seats`, { person: person.id, role: "participant", display_name: "Nina O." });
  return (await house.create<{ url: string }>(`/seats/${seat.id}/invitations`)).url;
}

async function opens(person: Person, link: string, heading: string): Promise<void> {
  await person.page.goto("about:blank");
  await person.page.goto(link);
  await person.readsHeading(heading);
  await judge(person, heading);
}

for (const [size, viewport] of Object.entries({ phone, laptop })) {
  test(`links that open no door, on a ${size}`, async ({ house, meet }) => {
    const nina = await meet("Nina O.", { viewport });
    const { url } = house.links;
    await opens(nina, `${url}/`, "Good evening.");
    await opens(nina, await linkTo(house, 48), "You are early.");
    await opens(nina, await linkTo(house, -72), "There is nothing planned right now.");
    await opens(nina, `${url}/j#${"a".repeat(32)}`, "This link doesn't open a door here.");
    // No request of the interface revokes a link, and none makes a session of the past: these two
    // answers are played.
    const open = "**/api/v1/invitations/open";
    await nina.page.route(open, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), status: "late" } });
    });
    await opens(nina, house.links.participants[0] ?? "", "This evening is over.");
    await nina.page.unroute(open);
    await nina.page.route(open, (route) => route.fulfill({
      status: 410, contentType: "application/problem+json",
      body: JSON.stringify({ title: "Gone", status: 410, code: "link_revoked", detail: "The link was replaced." }),
    }));
    await opens(nina, `${url}/j#${"b".repeat(32)}`, "This link is no longer used.");
    await nina.page.unroute(open);
    await opens(nina, `${url}/console`, "Sign in");
  });

  test(`an evening and its records, on a ${size}`, async ({ house, meet }) => {
    test.setTimeout(180_000);
    const [dana, ana, ben] = [await meet("Dana", { viewport }), await meet("Ana R.", { viewport }), await meet("Ben T.", { viewport })];
    const [link = "", other = ""] = house.links.participants;

    await test.step("door and lobby", async () => {
      await ana.page.goto(link);
      await expect(ana.button("Join")).toBeDisabled();
      await judge(ana, "join, to be filled in");
      await ana.page.getByRole("radio", { name: "Somewhere else", exact: true }).check();
      await judge(ana, "join, somewhere else");
      await ana.knock(link);
      await ana.inLobby();
      await judge(ana, "lobby");
      await dana.knock(house.links.facilitator);
      await dana.inRoom();
      await ben.knock(other);
      await ben.inLobby();
    });

    await test.step("staff", async () => {
      await judge(dana, "staff, two people in the lobby");
      const board = dana.button("Board");
      if ((await board.getAttribute("aria-expanded")) === "false") await board.click();
      await expect(dana.button("Admit Ben T.")).toBeVisible();
      await judge(dana, "staff, board with two people waiting");
      await dana.button("Admit all").click();
      await Promise.all([ana.inRoom(), ben.inRoom()]);
      await ana.sees(["Dana"]);
      await judge(dana, "staff, board with two people here");
      await dana.button("Remove Ben T.").click();
      await expect(dana.page.getByRole("alertdialog")).toBeVisible();
      await judge(dana, "staff, remove?");
      await dana.page.getByRole("alertdialog").getByRole("button", { name: "Remove", exact: true }).click();
      await ben.readsHeading("You are no longer in the session.");
      await judge(ben, "removed");
      await opens(ben, other, "You can't come in this evening.");
      await judge(dana, "staff, board with one removed");
    });

    await test.step("room", async () => {
      await judge(ana, "room");
      await ana.button("Raise hand").click();
      await dana.button("Mute Ana R.").click();
      await expect(ana.button("Unmute")).toBeVisible();
      await judge(ana, "room, muted by staff, hand raised");
      await ana.button("Devices").click();
      await expect(ana.page.getByRole("dialog")).toBeVisible();
      await judge(ana, "room, devices");
      await ana.page.keyboard.press("Escape");
      await ana.button("Who is here").click();
      await judge(ana, "room, who is here");
      await ana.page.keyboard.press("Escape");
      await house.stop("SIGKILL");
      for (const person of [ana, dana]) {
        await expect(person.page.getByText("Reconnecting. You don't have to do anything.")).toBeVisible();
        await judge(person, "reconnecting");
      }
      await house.start();
      for (const person of [ana, dana]) {
        await expect(person.page.getByText("Reconnecting. You don't have to do anything.")).toBeHidden({ timeout: 20_000 });
      }
    });

    await test.step("end", async () => {
      await ana.button("Leave").click();
      await ana.readsHeading("You have left.");
      await judge(ana, "left");
      await dana.button("End session").click();
      await expect(dana.page.getByRole("alertdialog")).toBeVisible();
      await judge(dana, "staff, end?");
      await dana.page.getByRole("alertdialog").getByRole("button", { name: "End for everyone", exact: true }).click();
      await dana.readsHeading("The session has ended.");
      await judge(dana, "ended");
      await opens(ana, link, "This evening is over.");
    });

    await test.step("records", async () => {
      const alex = await meet("Alex", { viewport });
      await alex.page.goto(house.links.console);
      await alex.readsHeading("Tonight");
      await expect(alex.page.getByRole("row").nth(3)).toBeVisible();
      await judge(alex, "console, tonight");
      await alex.page.goto(`${house.links.url}/console/sessions/${house.links.session}`);
      await expect(alex.page.getByRole("rowheader", { name: "Ana R." })).toBeVisible();
      await judge(alex, "console, attendance");
    });
  });
}
