import { expect, test } from "vitest";
import type { WeekProblem } from "../../protocol/clinic.ts";
import { grouped, kindOf } from "./problems.ts";

const problem = (code: string, sentence: string, of: Partial<WeekProblem> = {}): WeekProblem => ({ code, sentence, ...of });

test("problems stand by kind, the most urgent first, everybody once in each", () => {
  const groups = grouped({
    problems: [
      problem("week.payer.none", "No payer.", { person: "ben" }),
      problem("rule.min_day_minutes.bad", "Monday: 2 h of 3 h.", { person: "ana" }),
      problem("line.place_unknown", "Tuesday: no place.", { person: "ana" }),
      problem("line.place_unknown", "Tuesday: no place.", { person: "ana", session: "tue" }),
      problem("week.prescribed.short", "8 h of 9 h.", { person: "ana" }),
      problem("week.prescribed.too_late", "3 h of 9 h.", { person: "cam" }),
      problem("week.session.unsigned", "Monday is not signed.", { session: "mon" }),
      problem("week.session.running", "Wednesday is on.", { session: "wed" }),
      problem("something.new", "New.", {}),
    ],
  }, (p) => p.sentence);
  expect(groups).toEqual([
    { kind: "unsigned", items: [{ session: "mon", said: ["Monday is not signed."] }] },
    { kind: "hours", items: [{ person: "ana", said: ["8 h of 9 h."] }, { person: "cam", said: ["3 h of 9 h."] }] },
    { kind: "payer", items: [{ person: "ana", said: ["Monday: 2 h of 3 h.", "Tuesday: no place."] }] },
    { kind: "other", items: [{ said: ["New."] }] },
    { kind: "unknown", items: [{ person: "ben", said: ["No payer."] }] },
  ]);
  expect(grouped({ problems: null }, () => "")).toEqual([]);
});

test("hours that are not known are not hours that are missing", () => {
  expect(kindOf("week.prescribed.unknown")).toBe("unknown");
  expect(kindOf("week.prescribed.open")).toBe("hours");
});
