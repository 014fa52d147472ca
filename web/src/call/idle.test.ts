import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Idle } from "./idle.ts";

const MINUTE = 60_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A page that is signed in for 15 minutes without use. */
function page(alive = false) {
  const scope = new AbortController();
  const over = vi.fn(() => scope.abort());
  const keep = vi.fn(() => void idle.own());
  const looked = vi.fn(() => Promise.resolve(alive));
  const idle: Idle = new Idle({ keep, alive: looked, over });
  idle.endsAfter(15 * MINUTE);
  idle.run(scope.signal);
  return { idle, keep, over, looked };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("a page that is left alone asks a minute before the end, then ends", async () => {
  const { idle, keep, over } = page();
  const told = vi.fn();
  idle.subscribe(told);
  await pass(14 * MINUTE - 1000);
  expect(idle.asking).toBe(false);
  await pass(1000);
  expect(idle.asking).toBe(true);
  expect(told).toHaveBeenCalledOnce();
  await pass(MINUTE);
  expect(over).not.toHaveBeenCalled();
  await pass(1000);
  expect(over).toHaveBeenCalledOnce();
  expect(keep).not.toHaveBeenCalled();
});

test("what the page asks by itself is not use", async () => {
  const { idle, over } = page();
  expect(idle.own()).toBe(true); // opening it is
  for (let i = 0; i < 16; i++) {
    await pass(MINUTE);
    expect(idle.own()).toBe(false);
  }
  expect(over).toHaveBeenCalledOnce();
});

test("input keeps the sign-in alive, at most once a minute", async () => {
  const { idle, keep, over } = page();
  for (let i = 0; i < 600; i++) {
    await pass(3000);
    idle.touched();
  }
  expect(over).not.toHaveBeenCalled();
  expect(keep.mock.calls.length).toBeGreaterThan(25);
  expect(keep.mock.calls.length).toBeLessThanOrEqual(30);
});

test("a call soon after an input is the person's own, and puts off the next", async () => {
  const { idle, keep } = page();
  await pass(50_000);
  idle.touched();
  await pass(4000);
  expect(idle.own()).toBe(true);
  await pass(10_000);
  expect(idle.own()).toBe(false);
  idle.touched();
  expect(keep).not.toHaveBeenCalled();
});

test("once it asks, only the answer counts", async () => {
  const { idle, keep, over } = page();
  await pass(14 * MINUTE);
  idle.touched();
  expect(idle.asking).toBe(true);
  expect(keep).not.toHaveBeenCalled();
  idle.stay();
  expect(idle.asking).toBe(false);
  expect(keep).toHaveBeenCalledOnce();
  await pass(14 * MINUTE - 1000);
  expect(idle.asking).toBe(false);
  expect(over).not.toHaveBeenCalled();
});

test("a sign-in that is used elsewhere goes on, and is looked at once a minute", async () => {
  const { idle, over, looked } = page(true);
  await pass(15 * MINUTE + 1000);
  expect(looked).toHaveBeenCalledOnce();
  expect(idle.asking).toBe(false);
  await pass(2 * MINUTE);
  expect(looked).toHaveBeenCalledTimes(3);
  expect(over).not.toHaveBeenCalled();
  idle.touched();
  await pass(13 * MINUTE);
  expect(looked).toHaveBeenCalledTimes(3);
});

test("a machine that slept was left alone", async () => {
  const { idle, over } = page();
  vi.setSystemTime(Date.now() + 60 * MINUTE);
  idle.touched();
  await pass(0);
  expect(over).toHaveBeenCalledOnce();
});

test("until the server says how long, nothing ends", async () => {
  const over = vi.fn();
  const idle = new Idle({ keep: () => undefined, alive: () => Promise.resolve(false), over });
  idle.run(new AbortController().signal);
  await pass(60 * MINUTE);
  expect(idle.asking).toBe(false);
  expect(over).not.toHaveBeenCalled();
});
