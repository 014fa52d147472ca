// A facilitator, two participants and six bots: silence before the door,
// then everyone sees and hears everyone.
import { test, expect } from "./test.ts";
import type { Person } from "./person.ts";

const bots = ["Cory", "Maya L.", "Jonas K.", "Priya S.", "Leo M.", "Ruth D.", "Sam W."];
const people = ["Dana", "Ana R.", "Ben T."];
/** Every bot has had its turn of talking by then. */
const ROUND_MS = 75_000;
/** Of a second of a quiet voice; silence and comfort noise stay far below. */
const VOICE = 1e-5;

test.use({ bots: 6 });

test("nothing before the door, everyone after it", async ({ house, meet, measured }) => {
  test.setTimeout(180_000);
  const { links } = house;
  const [dana, ana, ben] = [await meet("Dana"), await meet("Ana R."), await meet("Ben T.")];

  await ana.knock(links.participants[0] ?? "");
  await ana.inLobby();
  await ana.connected();
  const knocked = Date.now();
  await dana.knock(links.facilitator);
  await dana.inRoom();
  measured("facilitator from Join to the room, ms", Date.now() - knocked);
  await dana.sees(bots);

  await test.step("the lobby is silent beside a full room", async () => {
    const before = await dana.count();
    await ana.page.waitForTimeout(3000); // silence is measured in time
    const after = await dana.count();
    const flowing = (c: typeof before): number => c.received.reduce((n, r) => n + r.packets, 0);
    expect(flowing(after) - flowing(before), "packets to the facilitator meanwhile").toBeGreaterThan(300);
    await expectSilence(ana, [...bots, "Dana"], await dana.ids());
  });

  await ben.knock(links.participants[1] ?? "");
  await ben.inLobby();
  await expectSilence(ben, [...bots, "Dana", "Ana R."], await dana.ids());

  await test.step("admission brings all pictures", async () => {
    const at = await dana.admit("Ana R.");
    await ana.inRoom();
    measured("participant from Admit to the room, ms", Date.now() - at);
    await ana.sees([...bots, "Dana"]);
    measured("participant from Admit to all pictures moving, ms", Date.now() - at);
    await dana.admit("Ben T.");
    await ben.inRoom();
  });

  for (const person of [dana, ana, ben]) await person.page.evaluate(() => window.witness.listen());

  await test.step("everyone sees everyone", async () => {
    for (const person of [dana, ana, ben]) {
      const others = [...people, ...bots].filter((name) => name !== person.name);
      await expect(person.page.locator("[role=group][data-participant]")).toHaveCount(others.length + 1);
      await person.sees(others, 30_000);
      for (const name of others) await expect(person.tile(name).locator("video"), `${name} at ${person.name}`).toHaveCount(1);
    }
  });

  await test.step("everyone hears everyone", async () => {
    for (const person of [dana, ana, ben]) {
      const ids = await person.ids();
      const others = [...people, ...bots].filter((name) => name !== person.name);
      const unheard = async (): Promise<string[]> => {
        const heard = await person.page.evaluate(() => window.witness.heard);
        return others.filter((name) => (heard[ids.get(name) ?? ""] ?? 0) < VOICE);
      };
      await expect.poll(unheard, { timeout: ROUND_MS, intervals: [500], message: `${person.name} does not hear` }).toEqual([]);
    }
  });

  await test.step("the pictures still move", async () => {
    for (const person of [dana, ana, ben]) {
      await person.sees([...people, ...bots].filter((name) => name !== person.name));
      const { received, framesSent } = await person.count();
      const sum = (key: "frames" | "freezes" | "concealed"): number => received.reduce((n, r) => n + r[key], 0);
      measured(`${person.name}: frames decoded, freezes, frames sent`, [sum("frames"), sum("freezes"), framesSent].join(", "));
    }
  });
});

/** Not a packet in either direction, and neither a name nor an id of the room in any message. */
async function expectSilence(person: Person, names: string[], ids: Map<string, string>): Promise<void> {
  const { received, sentPackets } = await person.count();
  expect(received.reduce((n, r) => n + r.packets, 0), `packets that ${person.name} received in the lobby`).toBe(0);
  expect(sentPackets, `packets that ${person.name} sent from the lobby`).toBe(0);
  const wire = (await person.frames()).map((f) => f.text);
  expect(ids.size, "people in the room meanwhile").toBe(bots.length + 1);
  const secrets = [...names, ...ids.values()];
  expect(secrets.filter((secret) => wire.some((text) => text.includes(secret))), `names and ids on ${person.name}'s wire`).toEqual([]);
}
