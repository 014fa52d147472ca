import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";
import { clockFrom, now } from "./clock.ts";

test("waits 0.2 s doubling to 5 s, the half of it by chance", () => {
  const most = [0, 1, 2, 3, 4, 5, 9, 40].map((n) => backoff(n, () => 1));
  expect(most).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  expect(backoff(3, () => 0)).toBe(800);
});

test("the server's time is ours and the difference", () => {
  const clock = clockFrom("2026-11-23T22:20:00.000Z", Date.parse("2026-11-23T22:17:00.000Z"));
  expect(clock.offset).toBe(180_000);
  expect(now(clock, 1000)).toBe(181_000);
  expect(clockFrom("nonsense").offset).toBe(0);
});
