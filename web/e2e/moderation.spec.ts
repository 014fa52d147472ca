// What staff decide holds at the server: against a client that goes on
// sending, and against one that will not leave.
import { test, expect } from "./test.ts";
import type { Person } from "./person.ts";

const WINDOW_MS = 2000;

/** Packets of all voices that a page has received. */
async function voices(person: Person): Promise<number> {
  return (await person.count()).received.reduce((n, r) => n + (r.kind === "audio" ? r.packets : 0), 0);
}

/** Gives the microphone's sender a tone of its own, past everything that the page shows. */
async function sendTone(person: Person): Promise<void> {
  await person.page.evaluate(async () => {
    const context = new AudioContext();
    const [tone, out] = [context.createOscillator(), context.createMediaStreamDestination()];
    tone.connect(out);
    tone.start();
    const sender = window.witness.peers.at(-1)?.getTransceivers().find((t) => t.direction === "sendonly" && t.receiver.track.kind === "audio")?.sender;
    const [track] = out.stream.getAudioTracks();
    if (!sender || !track) throw new Error("no sender of a microphone");
    await sender.replaceTrack(track);
  });
}

/** How many voice packets one sends and the other receives in a while. */
async function flow(from: Person, to: Person): Promise<{ sent: number; received: number }> {
  const [sent, received] = [(await from.count()).sentAudio, await voices(to)];
  await from.page.waitForTimeout(WINDOW_MS); // packets a second need seconds
  return { sent: (await from.count()).sentAudio - sent, received: (await voices(to)) - received };
}

test("a mute by the facilitator holds against a client that goes on sending", async ({ house, meet, measured }) => {
  const { links } = house;
  const [dana, ana] = [await meet("Dana"), await meet("Ana R.")];
  await dana.knock(links.facilitator);
  await dana.inRoom();
  await ana.knock(links.participants[0] ?? "");
  await ana.inLobby();
  await dana.admit("Ana R.");
  await ana.inRoom();
  await dana.sees(["Ana R."]);
  await sendTone(ana);
  await expect.poll(async () => (await flow(ana, dana)).received, { message: "voice packets from Ana R. to Dana" }).toBeGreaterThan(50);

  await dana.button("Mute Ana R.").click();
  await expect(ana.button("Unmute")).toBeVisible();
  await expect(ana.page.getByText("Staff muted your microphone.")).toBeVisible();
  await sendTone(ana);
  await expect.poll(async () => (await flow(ana, ana)).sent, { message: "packets that Ana R. still sends" }).toBeGreaterThan(50);
  const muted = await flow(ana, dana);
  measured("muted, in 2 s: packets sent, packets forwarded", `${muted.sent}, ${muted.received}`);
  expect(muted.sent, "packets that Ana R. still sends").toBeGreaterThan(50);
  expect(muted.received, "packets that reach Dana all the same").toBe(0);
  await expect(dana.tile("Ana R.").getByText("muted")).toBeAttached();

  await ana.button("Unmute").click();
  await expect(ana.button("Mute")).toBeVisible();
  await expect.poll(async () => (await flow(ana, dana)).received, { message: "voice packets after Ana R. has unmuted" }).toBeGreaterThan(30);
});

test("who is removed is gone within a second and stays out", async ({ house, meet, measured }) => {
  const { links } = house;
  const [link = "", other = ""] = links.participants;
  const [dana, ana, ben] = [await meet("Dana"), await meet("Ana R."), await meet("Ben T.")];
  await dana.knock(links.facilitator);
  await dana.inRoom();
  await ana.knock(link);
  await ana.inLobby();
  await ben.knock(other);
  await ben.inLobby();
  await expect(dana.button("Admit Ben T.")).toBeVisible();
  await dana.button("Admit all").click();
  await Promise.all([ana.inRoom(), ben.inRoom()]);
  await ana.sees(["Dana", "Ben T."]);
  await ben.sees(["Dana", "Ana R."]);
  const resume = await ana.page.evaluate(() => sessionStorage.getItem("vesper.resume"));
  expect(resume, "the resume token of Ana R.").toBeTruthy();
  // From here on Ana's page keeps its connections open whatever it is told.
  await ana.page.evaluate(() => void (window.witness.stubborn = true));

  await dana.button("Remove Ana R.").click();
  const ask = dana.page.getByRole("alertdialog");
  const before = await ana.count();
  const at = Date.now();
  await ask.getByRole("button", { name: "Remove", exact: true }).click();
  await ana.readsHeading("You are no longer in the session.");
  await ana.page.waitForTimeout(WINDOW_MS); // a late packet needs time to be late
  const after = await ana.count();
  const last = Math.max(...after.received.map((r) => r.last));
  measured("last packet after the removal, ms", Math.round(last - at));
  expect(Math.max(...before.received.map((r) => r.last)), "packets flowed until then").toBeGreaterThan(at - 1500);
  expect(last - at, "last packet after the click, ms").toBeLessThanOrEqual(1000);

  await test.step("the others go on without", async () => {
    await expect(dana.tile("Ana R.")).toHaveCount(0);
    await expect(ben.tile("Ana R.")).toHaveCount(0);
    await ben.sees(["Dana"]);
  });

  await test.step("link, new tab and resume are refused with a sentence", async () => {
    const sentence = "Staff have closed the door to this session for you. Please call the clinic if you want to talk about it.";
    const [elsewhere, tab] = [await meet("Ana R., elsewhere"), await ana.anotherTab()];
    for (const again of [elsewhere, tab]) {
      await again.page.goto(link);
      await again.readsHeading("You can't come in this evening.");
      await expect(again.page.getByText(sentence)).toBeVisible();
      await expect(again.button("Join")).toHaveCount(0);
    }
    const said = await tab.page.evaluate((token) => new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(`ws://${window.location.host}/api/v1/signal`, "vesper.v1");
      socket.onopen = () => socket.send(JSON.stringify({ type: "hello", id: 1, resume: token }));
      socket.onmessage = ({ data }) => resolve(String(data));
      socket.onerror = () => reject(new Error("no connection"));
    }), resume);
    const { type, code, message } = JSON.parse(said) as { type: string; code: string; message: string };
    expect({ type, code }).toEqual({ type: "error", code: "removed" });
    expect(message, "the sentence of the refusal").toMatch(/^[A-Z].{10,}\.$/);
    const ticket = await fetch(`${links.url}/api/v1/invitations/ticket`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ secret: link.split("#")[1], door: { name: "Ana R.", place: "home", phone: "+1 555 0111" }, rules: "1" }),
    });
    expect({ status: ticket.status, code: ((await ticket.json()) as { code: string }).code }).toEqual({ status: 403, code: "removed" });
  });

  await test.step("staff can take it back", async () => {
    await dana.button("Undo removal of Ana R.").click();
    const again = await meet("Ana R., again");
    await again.knock(link);
    await again.inLobby();
  });
});
