import { expect, test } from "vitest";
import type { BoardRow } from "../protocol/nouns.ts";
import { groups, ready, standing } from "./board.ts";

const row = (part: Partial<BoardRow>): BoardRow => ({
  participant: "p", name: "Ana", role: "participant", state: "expected", connected: false,
  complete: true, muted: false, camera: false, second_device: false, ...part,
});

const start = Date.parse("2026-11-23T22:30:00Z");
const minute = 60_000;

test.each([
  [-1, "expected"],
  [0, "late"],
  [14.99, "late"],
  [15, "missing"],
  [90, "missing"],
] as const)("expected, %d minutes after the start: %s", (minutes, want) => {
  expect(standing(row({}), start, start + minutes * minute)).toBe(want);
});

test.each(["present", "away", "left", "denied", "removed"] as const)("%s stays what it is", (state) => {
  expect(standing(row({ state }), start, start + 60 * minute)).toBe(state);
});

test("groups come in the order of need, the longest waiting first, staff last", () => {
  const board = [
    row({ participant: "1", name: "Zoe", state: "present" }),
    row({ participant: "2", name: "Dana", state: "present", role: "facilitator" }),
    row({ participant: "3", name: "Ben", state: "lobby", since: "2026-11-23T22:20:00Z" }),
    row({ participant: "4", name: "Al", state: "lobby", since: "2026-11-23T22:25:00Z" }),
    row({ participant: "5", name: "Kay" }),
  ];
  expect(groups(board, start, start + 20 * minute).map((g) => [g.standing, g.rows.map((r) => r.name)])).toEqual([
    ["waiting", ["Ben", "Al"]],
    ["missing", ["Kay"]],
    ["present", ["Zoe", "Dana"]],
  ]);
});

test("together come in those who wait with all details, on one device", () => {
  const board = [
    row({ participant: "1", state: "lobby" }),
    row({ participant: "2", state: "lobby", complete: false }),
    row({ participant: "3", state: "lobby", second_device: true }),
    row({ participant: "4", state: "present" }),
  ];
  expect(ready(board).map((r) => r.participant)).toEqual(["1"]);
});
