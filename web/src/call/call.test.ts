import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket, welcome } from "../../test/socket.ts";
import type { Peer } from "../media/peer.ts";
import { Call } from "./call.ts";
import type { Key, Memory } from "./storage.ts";

const entry = { secret: "s", door: { name: "A", place: "home" as const, phone: "1" }, rules: "1" };

function peer(): Peer {
  return {
    counts: { audio: 1, video: 1 }, streams: new Map(),
    offer: () => Promise.resolve("sdp"), answer: () => Promise.resolve(), send: () => Promise.resolve(),
    proof: () => Promise.resolve(String(Date.now())), connected: () => true, close: () => undefined,
  };
}

let memory: Map<Key, string>;
let tickets = 0;

function house(): Call {
  const kept: Memory = {
    get: (key) => memory.get(key),
    set: (key, value) => void (value === undefined ? memory.delete(key) : memory.set(key, value)),
  };
  return new Call({ memory: kept, open: () => new FakeSocket() as unknown as WebSocket, makePeer: peer });
}

const turn = () => vi.advanceTimersByTimeAsync(0);

async function up(you: object = {}): Promise<FakeSocket> {
  await turn();
  const s = FakeSocket.at(-1);
  s.opens();
  s.says({ ...welcome, id: s.last("hello")?.id, you: { ...welcome.you, ...you } });
  await turn();
  return s;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", { OPEN: 1 });
  vi.stubGlobal("fetch", () => {
    tickets++;
    return Promise.resolve(Response.json({ ticket: `ticket ${tickets}`, expires: "" }));
  });
  FakeSocket.all = [];
  memory = new Map();
  tickets = 0;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a ticket opens the lobby, where an offer is made; a lost line is resumed without a ticket", async () => {
  const call = house();
  await call.enter(entry);
  const s = await up();
  expect(s.last("hello")).toMatchObject({ ticket: "ticket 1" });
  expect(s.last("offer")).toBeDefined();
  expect(call.state.phase).toBe("lobby");
  expect(memory.get("resume")).toBe("r");
  s.close();
  expect(call.state.line).toBe("lost");
  await vi.advanceTimersByTimeAsync(300);
  const again = await up();
  expect(again.last("hello")).toEqual({ type: "hello", id: 1, resume: "r" });
  expect(tickets).toBe(1);
  call.reset();
});

test("a second device makes no offer until the session has moved", async () => {
  const call = house();
  await call.enter(entry);
  const s = await up({ state: "second_device" });
  expect(call.state.phase).toBe("second_device");
  expect(s.last("offer")).toBeUndefined();
  s.says({ ...welcome, you: { ...welcome.you, state: "admitted" } });
  await turn();
  expect(call.state.phase).toBe("room");
  expect(s.last("offer")).toBeDefined();
  call.reset();
});

test("what was off in the lobby is off in the room", async () => {
  const call = house();
  await call.enter(entry);
  const s = await up();
  call.microphone(false);
  s.says({ type: "you", version: 2, you: { ...welcome.you, state: "admitted" } });
  await turn();
  expect(s.last("microphone")).toMatchObject({ on: false });
  expect(s.last("camera")).toBeUndefined();
  call.reset();
});

test("after a reload a muted person stays muted", async () => {
  memory.set("resume", "kept");
  const call = house();
  expect(call.resume()).toBe(true);
  const s = await up({ state: "admitted", muted: true, muted_by: "you" });
  expect(s.last("hello")).toMatchObject({ resume: "kept" });
  expect(call.state.capture.microphone.on).toBe(false);
  call.reset();
});

test("muted by staff, the microphone is off here too, and only the person opens it", async () => {
  const call = house();
  await call.enter(entry);
  const s = await up({ state: "admitted" });
  s.says({ type: "you", version: 2, you: { ...welcome.you, state: "admitted", muted: true, muted_by: "staff" } });
  await turn();
  expect(call.state.capture.microphone.on).toBe(false);
  call.microphone(true);
  expect(s.last("microphone")).toMatchObject({ on: true });
  call.reset();
});

test("whoever left comes back with a new ticket, as the same device", async () => {
  const call = house();
  await call.enter(entry);
  const s = await up({ state: "admitted" });
  call.leave();
  s.says({ type: "bye", code: "left", message: "" });
  await turn();
  expect(call.state).toMatchObject({ phase: "over", ending: "left" });
  expect(memory.has("resume")).toBe(false);
  expect(call.comeBack()).toBe(true);
  const again = await up({ state: "admitted" });
  expect(again.last("hello")).toMatchObject({ ticket: "ticket 2", resume: "r" });
  expect(call.state.phase).toBe("room");
  call.reset();
});

test("a resume token that is too old is made up for by a ticket, once", async () => {
  const call = house();
  await call.enter(entry);
  (await up()).close();
  await vi.advanceTimersByTimeAsync(300);
  FakeSocket.at(-1).opens();
  FakeSocket.at(-1).says({ type: "error", id: 1, code: "resume_invalid", message: "" });
  await vi.advanceTimersByTimeAsync(500);
  FakeSocket.at(-1).opens();
  expect(FakeSocket.at(-1).last("hello")).toMatchObject({ ticket: "ticket 2" });
  FakeSocket.at(-1).says({ type: "error", id: 1, code: "removed", message: "" });
  await turn();
  expect(call.state).toMatchObject({ phase: "over", ending: "removed" });
});

test("the view is said again after every answer", async () => {
  const call = house();
  await call.enter(entry);
  const s = await up({ state: "admitted" });
  call.view([{ participant: "p", kind: "video", width: 10, height: 10 }]);
  s.says({ type: "answer", id: s.last("offer")?.id, sdp: "v=0" });
  await turn();
  expect(s.sent.filter((m) => m.type === "view")).toHaveLength(2);
  call.reset();
});
