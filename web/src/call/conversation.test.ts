import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket, welcome } from "../../test/socket.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";

const seen: string[] = [];
let refused: (code: string) => boolean = () => false;

function start(options: Partial<ConversationOptions> = {}): Conversation {
  const conversation = new Conversation({
    open: () => new FakeSocket() as unknown as WebSocket,
    hello: () => Promise.resolve({ type: "hello", ticket: "t" }),
    welcomed: () => seen.push("welcome"),
    message: (m) => seen.push(m.type),
    lost: () => seen.push("lost"),
    refused: (code) => {
      seen.push(code);
      return refused(code);
    },
    random: () => 1,
    ...options,
  });
  conversation.start();
  return conversation;
}

const socket = FakeSocket.at;

/** Lets promises run. */
const turn = () => vi.advanceTimersByTimeAsync(0);

async function up(n = -1): Promise<FakeSocket> {
  await turn();
  const s = socket(n);
  s.opens();
  s.says({ ...welcome, id: s.last("hello")?.id });
  await turn();
  return s;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", { OPEN: 1 });
  FakeSocket.all = [];
  seen.length = 0;
  refused = () => false;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("hello, welcome, and a request with its answer", async () => {
  const conversation = start();
  const s = await up();
  expect(seen).toEqual(["welcome"]);
  const asked = conversation.request({ type: "hand", up: true });
  s.says({ type: "ok", id: s.last("hand")?.id });
  expect(await asked).toMatchObject({ type: "ok" });
  const refusal = conversation.request({ type: "lock" });
  s.says({ type: "error", id: s.last("lock")?.id, code: "not_allowed", message: "" });
  await expect(refusal).rejects.toMatchObject({ code: "not_allowed" });
});

test("a lost line comes back by itself, sooner and then later", async () => {
  const conversation = start();
  const s = await up();
  const waiting = conversation.request({ type: "lock" });
  s.close();
  await expect(waiting).rejects.toMatchObject({ code: "lost" });
  expect(seen).toEqual(["welcome", "lost"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(FakeSocket.all).toHaveLength(2);
  socket(-1).close();
  await vi.advanceTimersByTimeAsync(399);
  expect(FakeSocket.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.all).toHaveLength(3);
  await up();
  expect(seen).toEqual(["welcome", "lost", "welcome"]);
});

test("a silent line is found out by the ping", async () => {
  start();
  const s = await up();
  await vi.advanceTimersByTimeAsync(5000);
  s.says({ type: "ok", id: s.last("ping")?.id });
  await vi.advanceTimersByTimeAsync(5000);
  expect(s.sent.filter((m) => m.type === "ping")).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(4999);
  expect(s.readyState).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(s.readyState).toBe(3);
  expect(seen).toContain("lost");
});

test("a change of the network is looked into at once", async () => {
  const conversation = start();
  const s = await up();
  conversation.nudge();
  await vi.advanceTimersByTimeAsync(1500);
  expect(s.readyState).toBe(3);
  // While it waits for the next attempt, there is nothing to wait for.
  const before = FakeSocket.all.length;
  conversation.nudge();
  await turn();
  expect(FakeSocket.all.length).toBe(before + 1);
});

test("a server that restarts is come back to, one that says goodbye is not", async () => {
  const conversation = start();
  const s = await up();
  s.says({ type: "bye", code: "restart", message: "" });
  await vi.advanceTimersByTimeAsync(200);
  const again = await up();
  expect(seen).toEqual(["welcome", "lost", "welcome"]);
  again.says({ type: "bye", code: "ended", message: "" });
  expect(seen.at(-1)).toBe("bye");
  conversation.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeSocket.all).toHaveLength(2);
});

test("a refused hello is final, or tried again in another way", async () => {
  refused = (code) => code === "ticket_used";
  start();
  await turn();
  socket(0).opens();
  socket(0).says({ type: "error", id: 1, code: "ticket_used", message: "" });
  await vi.advanceTimersByTimeAsync(200);
  expect(FakeSocket.all).toHaveLength(2);
  socket(1).opens();
  socket(1).says({ type: "error", id: 1, code: "removed", message: "" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(seen).toEqual(["ticket_used", "removed"]);
});

test("a session that moved here is welcomed a second time", async () => {
  start();
  const s = await up();
  s.says(welcome);
  expect(seen).toEqual(["welcome", "welcome"]);
});
