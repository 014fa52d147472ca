import { expect, test } from "vitest";
import { people, session } from "../../../test/fake.ts";
import { ordered, viewOf } from "./Gallery.tsx";
import { refusalWords } from "./refusals.ts";
import { minutesLeft, progress } from "./SegmentBar.tsx";
import { initial } from "./Tile.tsx";

test("first the one who speaks, then staff, then as they came, oneself last", () => {
  const all = people(5);
  expect(ordered(all, "p-1", undefined)).toEqual(["p-0", "p-2", "p-3", "p-4", "p-1"]);
  expect(ordered(all, "p-1", "p-4")).toEqual(["p-4", "p-0", "p-2", "p-3", "p-1"]);
});

test("the server is told sizes in device pixels, 0 for who is not shown, and not of oneself", () => {
  const grid = { columns: 2, width: 100, height: 75, stage: { width: 300, height: 225 }, page: 3 };
  const placed = [
    { id: "a", place: "stage" as const },
    { id: "b", place: "grid" as const },
    { id: "me", place: "grid" as const },
    { id: "c", place: "off" as const },
  ];
  expect(viewOf(placed, grid, "me", "b", 2).map((t) => [t.participant, t.width, t.height])).toEqual([
    ["b", 200, 150],
    ["a", 600, 450],
    ["c", 0, 0],
  ]);
});

test("time left is rounded up; over time is not negative progress", () => {
  expect(minutesLeft("2026-11-23T23:20:00Z", Date.parse("2026-11-23T23:18:30Z"))).toBe(2);
  const until = session.segments[0]?.end ?? "";
  const room = { locked: false, held: false, segment: 0, until, hands: [] };
  expect(progress(session, room, Date.parse(until))).toBe(1);
  expect(progress(session, room, Date.parse(until) + 9e6)).toBe(1);
  expect(progress(session, room, Date.parse(session.start))).toBe(0);
  expect(progress(session, { ...room, segment: -1 }, 0)).toBe(0);
});

test("an initial is one letter of any alphabet", () => {
  expect(initial(" ána")).toBe("Á");
  expect(initial("")).toBe("·");
});

test("a refusal that has no words is ours", () => {
  expect(refusalWords("locked")).toBe("error.locked");
  expect(refusalWords("weather")).toBe("error.internal");
});
