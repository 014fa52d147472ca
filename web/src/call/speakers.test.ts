import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loudness, Speakers } from "./speakers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("the floor changes only after a while", () => {
  const speakers = new Speakers();
  const changed = vi.fn();
  speakers.floorChanged = changed;
  speakers.hear([{ participant: "a", level: 20 }], 0);
  expect(speakers.floor).toBe("a");
  speakers.hear([{ participant: "b", level: 10 }], 100); // a cough
  speakers.hear([{ participant: "a", level: 20 }], 300);
  speakers.hear([{ participant: "b", level: 10 }], 1100);
  expect(speakers.floor).toBe("a");
  speakers.hear([{ participant: "b", level: 10 }], 2100);
  expect(speakers.floor).toBe("b");
  expect(changed).toHaveBeenCalledTimes(2);
});

test("a light goes out by itself, and nobody is told after their scope has ended", () => {
  const speakers = new Speakers();
  const seen: [string, boolean][] = [];
  const scope = new AbortController();
  speakers.watch((id, level) => seen.push([id, level > 0]), scope.signal);
  speakers.hear([{ participant: "a", level: 20 }]);
  vi.advanceTimersByTime(1000);
  scope.abort();
  speakers.hear([{ participant: "a", level: 20 }]);
  expect(seen).toEqual([["a", true], ["a", false]]);
});

test("loud is light", () => {
  expect(loudness(0)).toBe(1);
  expect(loudness(127)).toBe(0.15);
});
