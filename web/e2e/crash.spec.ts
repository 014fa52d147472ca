// kill -9 in mid-session. Nobody touches a page; everybody is back in the
// same presence, and the evidence holds.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "./test.ts";
import { attendance, Stay } from "./records.ts";

const OFF_S = 5;
/** They live in the server's process and die with it. */
const bots = ["Cory", "Maya L."];

test.use({ bots: 1 });

test("after kill -9 and a restart people come back by themselves", async ({ house, meet, measured }) => {
  const session = house.links.session;
  const people = [await meet("Dana"), await meet("Ana R."), await meet("Ben T.")] as const;
  const [dana, ana, ben] = people;
  const stays = { "Dana": new Stay(), "Ana R.": new Stay(), "Ben T.": new Stay() };
  await dana.knock(house.links.facilitator);
  await dana.inRoom();
  stays["Dana"].in(await dana.connected());
  await ana.knock(house.links.participants[0] ?? "");
  await ben.knock(house.links.participants[1] ?? "");
  await Promise.all([ana.connected(), ben.connected()]);
  stays["Ana R."].in(await dana.admit("Ana R."));
  stays["Ben T."].in(await dana.admit("Ben T."));
  for (const person of people) await person.sees(others(person.name));
  const ids = await dana.ids();
  await dana.page.waitForTimeout(5000); // two beats of an ordinary evening

  const killed = Date.now();
  await house.stop("SIGKILL");
  for (const person of people) await expect(person.page.getByText("Reconnecting. You don't have to do anything.")).toBeVisible();
  await house.start();
  measured("from the kill to the server's ready line, ms", Date.now() - killed);
  expect(house.links.session, "the session goes on").toBe(session);

  for (const person of people) {
    await expect(person.page.getByText("Reconnecting. You don't have to do anything.")).toBeHidden({ timeout: 20_000 });
    await person.inRoom();
  }
  for (const person of people) await person.sees(others(person.name), 30_000);
  measured("from the kill to all pictures moving everywhere, ms", Date.now() - killed);
  expect(await dana.ids(), "the same people").toEqual(ids);

  await dana.button("End session").click();
  await dana.page.getByRole("alertdialog").getByRole("button", { name: "End for everyone", exact: true }).click();
  for (const stay of Object.values(stays)) stay.out(Date.now());
  for (const person of people) await person.readsHeading("The session has ended.");

  const { records } = await attendance(house);
  for (const [name, stay] of Object.entries(stays)) {
    const mine = records.filter((r) => r.display_name === name);
    expect(mine.length, `rows of ${name}`).toBe(1);
    const { seconds = NaN, intervals = [], flags = [] } = mine[0] ?? {};
    measured(`${name}: seconds in the record, by the test's clock; flags`, `${seconds}, ${stay.seconds.toFixed(1)}; ${flags.join(" ")}`);
    expect(Math.abs(seconds - stay.seconds), `${name}: ${seconds} s in the record, ${stay.seconds} s by the test's clock`).toBeLessThanOrEqual(OFF_S);
    expect(intervals.length, `${name}: intervals joined within the grace`).toBe(1);
  }

  for (const name of bots) {
    const mine = records.filter((r) => r.display_name === name);
    expect(mine.map((r) => r.intervals.length), `intervals of ${name}, one row`).toEqual([1]);
  }

  const file = join(house.data, "evidence.json");
  await writeFile(file, Buffer.from(await (await house.fetch(`/sessions/${session}/evidence`)).arrayBuffer()));
  const { code, output } = await house.run("verify", file);
  expect(code, `vesper verify:\n${output}`).toBe(0);
  expect(output, "verify says something").not.toBe("");
  measured("vesper verify", output.trim().split("\n")[0] ?? "");
});

function others(name: string): string[] {
  return ["Dana", "Ana R.", "Ben T.", ...bots].filter((other) => other !== name);
}
