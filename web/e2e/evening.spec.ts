// A whole evening: in by the door, a reload, away and back, the end for
// everyone. Then the CSV says what the test's own clock says.
import { test, expect } from "./test.ts";
import { attendance, csv, Stay } from "./records.ts";

const CLOCK_S = 1;

test("the CSV has exactly the seconds of the test's own clock", async ({ house, meet, measured }) => {
  const { links } = house;
  const [dana, ana, ben] = [await meet("Dana"), await meet("Ana R."), await meet("Ben T.")];
  const stays = { "Dana": new Stay(), "Ana R.": new Stay(), "Ben T.": new Stay() };

  await dana.knock(links.facilitator);
  await dana.inRoom();
  stays["Dana"].in(await dana.connected());
  const knocked = Date.now();
  await ana.knock(links.participants[0] ?? "");
  await ana.inLobby();
  measured("participant from the link to the lobby, ms", Date.now() - knocked);
  await ben.knock(links.participants[1] ?? "");
  await ben.inLobby();
  await Promise.all([ana.connected(), ben.connected()]);
  await dana.admit("Ana R.");
  await ana.inRoom();
  stays["Ana R."].in(await ana.admittedAt());
  await dana.admit("Ben T.");
  await ben.inRoom();
  stays["Ben T."].in(await ben.admittedAt());
  await ana.sees(["Dana", "Ben T."]);

  await test.step("a reload comes back without asking", async () => {
    const before = (await dana.frames()).length;
    const at = Date.now();
    await ana.page.reload();
    await ana.inRoom();
    await ana.sees(["Dana", "Ben T."]);
    measured("from reload to all pictures moving, ms", Date.now() - at);
    await dana.sees(["Ana R."]);
    const waited = (await dana.frames()).slice(before).filter((f) => f.text.includes(`"state":"lobby"`));
    expect(waited.map((f) => f.text), "rows of somebody in the lobby since the reload").toEqual([]);
  });

  await test.step("who leaves comes back without asking, and isn't counted meanwhile", async () => {
    await ben.button("Leave").click();
    await ben.readsHeading("You have left.");
    stays["Ben T."].out(await ben.told()); // the page hangs up at the answer to "leave"
    await expect(dana.tile("Ben T.")).toHaveCount(0);
    await ben.page.waitForTimeout(4000); // to be seen in the seconds
    const before = await ben.page.evaluate(() => window.witness.connected.length);
    await ben.button("Come back").click();
    await ben.inRoom();
    await expect.poll(() => ben.page.evaluate(() => window.witness.connected.length)).toBeGreaterThan(before);
    stays["Ben T."].in(await ben.page.evaluate(() => window.witness.connected.at(-1) ?? 0));
    await dana.sees(["Ben T.", "Ana R."]);
  });

  await test.step("the end is for everyone", async () => {
    await dana.button("End session").click();
    await dana.page.getByRole("alertdialog").getByRole("button", { name: "End for everyone", exact: true }).click();
    const at = Date.now();
    for (const person of [dana, ana, ben]) await person.readsHeading("The session has ended.");
    measured("from the end to the last page that says so, ms", Date.now() - at);
    const ended = await dana.told(`"code":"ended"`);
    for (const stay of Object.values(stays)) stay.out(ended);
  });

  const rows = await csv(house);
  for (const [name, stay] of Object.entries(stays)) {
    const row = rows.get(name);
    measured(`${name}: seconds in the CSV, by the test's clock`, `${row?.["seconds"] ?? "no row"}, ${stay.seconds.toFixed(1)}`);
    // Both in whole seconds, rounded down once.
    const off = Number(row?.["seconds"]) - Math.floor(stay.seconds);
    expect(Math.abs(off), `${name}: ${row?.["seconds"]} s in the CSV, ${stay.seconds} s by the test's clock`).toBeLessThanOrEqual(CLOCK_S);
    expect(Number(row?.["minutes"]), `${name}: whole minutes`).toBe(Math.floor(Number(row?.["seconds"]) / 60));
    expect(row?.["final"], `${name}: final`).toBe("true");
  }
  expect([...rows.keys()].sort(), "one row a person").toEqual(Object.keys(stays).sort());

  const { records } = await attendance(house);
  const record = (name: string) => records.find((r) => r.display_name === name);
  expect(record("Ana R.")?.reconnects, "reconnects of Ana R., who reloaded").toBe(1);
  expect(record("Ana R.")?.intervals.length, "intervals of Ana R.").toBe(1);
  expect(record("Ben T.")?.intervals.length, "intervals of Ben T., who left and came back").toBe(2);
  for (const r of records) {
    expect(String(r.seconds), `${r.display_name}: JSON and CSV agree`).toBe(rows.get(r.display_name)?.["seconds"]);
  }
});
