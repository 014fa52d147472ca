import { expect, test } from "vitest";
import { lastFullWeek } from "./dates.ts";

test("the last full week is over, whatever day it is and whatever day weeks begin on", () => {
  expect(lastFullWeek("2026-11-22")).toEqual({ from: "2026-11-09", to: "2026-11-15" }); // a Sunday
  expect(lastFullWeek("2026-11-23")).toEqual({ from: "2026-11-16", to: "2026-11-22" });
  expect(lastFullWeek("2026-11-22", "sunday")).toEqual({ from: "2026-11-15", to: "2026-11-21" });
  expect(lastFullWeek("2027-01-01", "saturday")).toEqual({ from: "2026-12-19", to: "2026-12-25" });
});
