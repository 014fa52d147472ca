import { expect, test } from "vitest";
import { attendance as sample } from "../../../test/records.ts";
import { attendance } from "../../protocol/records.ts";
import { matches, sortRows, type Column } from "../../ui/Table.tsx";
import type { AttendanceRecord } from "../../protocol/records.ts";
import { flagWords } from "./flags.ts";
import { bars } from "./Timeline.tsx";

const t = (id: string, values?: object): string => `${id} ${JSON.stringify(values ?? {})}`;
const luis = sample.records[1] ?? never();

const columns: Column<AttendanceRecord>[] = [
  { id: "name", head: "", sort: (r) => r.display_name, cell: () => null },
  { id: "minutes", head: "", sort: (r) => r.seconds, cell: () => null },
  { id: "flags", head: "", cell: () => null },
];

test("rows are sorted by any column that sorts, equal ones stay in order", () => {
  const names = (by: string, down: boolean) => sortRows(sample.records, columns, { by, down }, "en").map((r) => r.display_name);
  expect(names("minutes", false)).toEqual(["Priya S.", "Tom W.", "Luis M.", "Ana R.", "Dana"]);
  expect(names("minutes", true)[0]).toBe("Dana");
  expect(names("name", false)[0]).toBe("Ana R.");
  expect(names("flags", false)).toEqual(sample.records.map((r) => r.display_name));
});

test("a filter finds every word, without accents and capitals", () => {
  expect(matches("Núñez Ana, evening", "ana nunez")).toBe(true);
  expect(matches("Núñez Ana", "ana ben")).toBe(false);
});

test("flags are words; one that is not known is shown as it is", () => {
  expect(flagWords("late", luis, { t })).toBe('flag.late.by {"minutes":19}');
  expect(flagWords("late", { ...luis, late_s: null }, { t })).toBe("flag.late {}");
  expect(flagWords("new_flag", luis, { t })).toBe("new_flag");
});

test("presence is drawn within the picture, an open end until now, nothing too thin to see", () => {
  const at = (minutes: number) => new Date(minutes * 60_000).toISOString();
  const picture = (stretches: { start?: string; end?: string }[]) => bars(stretches, 0, 100 * 60_000, 50 * 60_000);
  expect(picture([{ start: at(10), end: at(20) }])).toEqual([{ x: 100, width: 100 }]);
  expect(picture([{ start: at(40) }])).toEqual([{ x: 400, width: 100 }]);
  expect(picture([{ start: at(90), end: at(500) }])).toEqual([{ x: 900, width: 100 }]);
  expect(picture([{ start: at(30), end: at(30) }])).toEqual([{ x: 300, width: 2 }]);
  expect(picture([{}])).toEqual([]);
});

test("an answer of the server decodes, what it can't know stays unknown", () => {
  const got = attendance(JSON.parse(JSON.stringify(sample)), "attendance");
  expect(got.records[2]?.late_s).toBeNull();
  expect(got.records[0]?.segments[1]?.seconds).toBeNull();
});

function never(): never {
  throw new Error("the fixture has records");
}
