import { expect, test } from "vitest";
import { newestSets, numbersOf, ruleKinds, tidied, type PayerSet } from "./payers.ts";

test("of each payer the newest version is shown", () => {
  const sets: PayerSet[] = [
    { payer: "county", name: "County", version: 2 }, { payer: "county", name: "Old county", version: 1 }, { payer: "plan", name: "Plan", version: 1 },
  ];
  expect(newestSets(sets).map((s) => `${s.name} ${s.version}`)).toEqual(["County 2", "Plan 1"]);
});

test("a rule that changed its kind keeps nothing of the former one", () => {
  const set = tidied({
    payer: "county", name: "County", version: 3, note: "stays",
    rules: [{ id: "a", kind: "group_size", value: 540, max: 12, min: 0 }, { id: "b", kind: "allowed_location", max: 3, locations: ["home"], blocks: true }],
    billing: [{ code: "H0015", unit: "per_day" }],
  });
  expect(set).toEqual({
    payer: "county", name: "County", note: "stays",
    rules: [{ id: "a", kind: "group_size", max: 12 }, { id: "b", kind: "allowed_location", locations: ["home"], blocks: true }],
    billing: [{ code: "H0015", unit: "per_day" }],
  });
});

test("every kind of rule has a number or places", () => {
  expect(ruleKinds.filter((k) => numbersOf(k).length === 0)).toEqual(["allowed_location"]);
});
