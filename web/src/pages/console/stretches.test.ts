import { expect, test } from "vitest";
import { attendance, record } from "../../../test/records.ts";
import { missing, stays, type Stretch } from "./stretches.ts";

const { session } = attendance; // 17:30 to 20:00 in New York
const at = (clock: string): string => `2026-11-${Number(clock.slice(0, 2)) < 12 ? "21" : "20"}T${clock}Z`;
const row = (...stays: [from: string, to?: string][]) =>
  record({ person: "p", display_name: "P", status: "partial", intervals: stays.map(([start, end]) => ({ start: at(start), ...(end && { end: at(end) }) })) });
const told = (of: Stretch[]): string[] => of.map(({ place, start, end }) => `${place} ${new Date(start).toISOString().slice(11, 16)} ${new Date(end).toISOString().slice(11, 16)}`);

test("what is missing, the longest first", () => {
  const luis = row(["22:49:00", "23:20:20"], ["00:20:00", "00:55:00"]);
  expect(told(missing(luis, session))).toEqual(["between 23:20 00:20", "beginning 22:30 22:49", "end 00:55 01:00"]);
});

test("a clock has no seconds: the minutes around a stretch", () => {
  expect(told(missing(row(["22:45:30", "00:30:10"]), session))).toEqual(["end 00:30 01:00", "beginning 22:30 22:46"]);
});

test("less than a minute is not missing, and time outside the plan is neither", () => {
  expect(missing(row(["22:20:00", "23:00:00"], ["23:00:59", "01:04:00"]), session)).toEqual([]);
  expect(missing(row(["22:30:59"]), session)).toEqual([]); // still in
});

test("somebody who was never in lacks all of it", () => {
  expect(told(missing(row(), session))).toEqual(["whole 22:30 01:00"]);
});

test("what nobody could attend is not missing", () => {
  const early = row(["22:40:00", "00:40:00"]);
  early.segments = [{ index: 0, kind: "group", seconds: 1, start: at("22:40:00"), end: at("23:20:00") }, { index: 2, kind: "education", seconds: 1, start: at("23:20:00"), end: at("00:40:00") }];
  expect(missing(early, session)).toEqual([]);
  early.intervals = [];
  expect(told(missing(early, session))).toEqual(["whole 22:40 00:40"]);
});

test("what was counted, within the plan", () => {
  expect(told(stays(row(["22:20:00", "23:00:00"], ["23:30:00", "01:04:00"]), session))).toEqual(["stay 23:30 01:00", "stay 22:30 23:00"]);
});
