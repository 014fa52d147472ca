import { expect, test } from "vitest";
import type { Series } from "../../protocol/clinic.ts";
import { addDays, dateIn, later, localIn, startOf } from "./dates.ts";
import { bodyOf, draftOf, emptyDraft, firstEvening, ruleOf, type Draft } from "./series.ts";

const draft: Draft = {
  ...emptyDraft("America/New_York", "2026-10-05"), title: " Evening ", days: ["TH", "MO", "WE"], until: "2026-11-26",
  parts: [{ kind: "group", minutes: 90 }, { kind: "break", minutes: 10 }, { kind: "education", minutes: 80 }],
};

test("days and dates become a rule, in the order of the week", () => {
  expect(ruleOf(draft)).toBe("FREQ=WEEKLY;BYDAY=MO,WE,TH;UNTIL=20261126");
  expect(ruleOf({ ...draft, every: 2, ends: "count", count: "24" })).toBe("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,TH;COUNT=24");
  expect(ruleOf({ ...draft, ends: "never" })).toBe("FREQ=WEEKLY;BYDAY=MO,WE,TH");
});

test("nothing is asked of the server before it can be said", () => {
  expect(ruleOf({ ...draft, days: [] })).toBeUndefined();
  expect(ruleOf({ ...draft, until: "" })).toBeUndefined();
  expect(ruleOf({ ...draft, ends: "count", count: "0" })).toBeUndefined();
  expect(bodyOf({ ...draft, clock: "" })).toBeUndefined();
  expect(bodyOf({ ...draft, parts: [{ kind: "group", minutes: Number.NaN }] })).toBeUndefined();
});

test("the first evening is the first of the chosen days", () => {
  expect(firstEvening({ ...draft, from: "2026-10-02" })).toBe("2026-10-05");
  expect(firstEvening({ ...draft, from: "2026-10-06" })).toBe("2026-10-07");
  expect(bodyOf({ ...draft, from: "2026-10-06" })?.start).toBe("2026-10-07T18:00");
});

test("a stored series comes back as it was", () => {
  const body = bodyOf({ ...draft, program: "p", except: ["2026-11-11"], capacity: "12" });
  const stored: Series = { ...(body ?? never()), id: "s", sequence: 3 };
  expect(bodyOf(draftOf(stored))).toEqual(body);
});

test.each([
  "FREQ=MONTHLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261126T230000Z", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;BYDAY=MO;WKST=SU",
])("a rule that the editor can't say is kept: %s", (rule) => {
  const stored: Series = { ...(bodyOf({ ...draft, program: "p" }) ?? never()), rule, id: "s", sequence: 0 };
  expect(draftOf(stored).custom).toBe(rule);
  expect(bodyOf(draftOf(stored))?.rule).toBe(rule);
});

test("dates in the clinic's zone", () => {
  const late = new Date("2026-11-21T01:00:00Z");
  expect(dateIn("America/New_York", late)).toBe("2026-11-20");
  expect(localIn("America/New_York", late)).toBe("2026-11-20T20:00");
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(later("22:30", 120)).toBe("00:30");
  expect(startOf("2026-11-01", "America/New_York")).toBe("2026-11-01T04:00:00.000Z");
  expect(startOf("2026-11-02", "America/New_York")).toBe("2026-11-02T05:00:00.000Z");
  expect(startOf("2026-03-08", "America/New_York")).toBe("2026-03-08T05:00:00.000Z");
});

function never(): never {
  throw new Error("the draft is whole");
}
