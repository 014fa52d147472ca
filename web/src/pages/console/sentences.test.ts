import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sentencesEs } from "../../words/sentences.es.ts";
import { sentence } from "./sentences.ts";

const source = readFileSync(`${process.cwd()}/../rooms/attendance/week/words.go`, "utf8");
const table = new Map([...source.matchAll(/^\t"([a-z_.]+)":\s+"(.*)",$/gm)].map((m) => [m[1] ?? "", m[2] ?? ""]));
const values = (text: string): string[] => [...new Set([...text.matchAll(/\{(?:[^{}]*:)?([a-z_]+)\}/g)].map((m) => m[1] ?? ""))].sort();

test("Spanish has every sentence of the week, with the same values", () => {
  expect(table.size).toBeGreaterThan(40);
  expect(Object.keys(sentencesEs).sort()).toEqual([...table.keys()].sort());
  for (const [key, text] of table) expect([key, values(sentencesEs[key] ?? "")]).toEqual([key, values(text)]);
});

test("a sentence in the reader's language", () => {
  const said = { sentence: "1 day.", sentence_key: "rule.min_days_week.ok", values: { days: 1, day_minutes: 180, required_days: 3 } };
  const words = { hours: (m: number) => `${m / 60} h`, date: (d: string) => d };
  expect(sentence(said, { ...words, locale: "en" })).toBe("1 day.");
  expect(sentence(said, { ...words, locale: "es" })).toBe("Asistió 1 día de al menos 3 h; se piden al menos 3.");
  expect(sentence({ sentence: "New." }, { ...words, locale: "es" })).toBe("New.");
});
