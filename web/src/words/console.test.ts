// The console's words: both languages say everything, with the same values,
// and none is left over.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { consoleEn } from "./console.en.ts";
import { consoleEs } from "./console.es.ts";
import { en } from "./en.ts";

const values = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)(?=[,}])/g)].map((m) => m[1] ?? ""))].sort();

test("es has exactly the words of en, and none is said twice", () => {
  expect(Object.keys(consoleEs).sort()).toEqual(Object.keys(consoleEn).sort());
  expect(Object.keys(consoleEn).filter((id) => id in en)).toEqual([]);
});

test.each(Object.keys(consoleEn) as (keyof typeof consoleEn)[])("%s takes the same values in both", (id) => {
  expect(consoleEs[id]).not.toBe("");
  expect(values(consoleEs[id])).toEqual(values(consoleEn[id]));
});

test("every word is used", () => {
  const root = `${process.cwd()}/src/`;
  const source = readdirSync(root, { recursive: true })
    .map(String)
    .filter((f) => /\.tsx?$/.test(f) && !/words\/console(\.|\/.*\.)e[ns]\.ts$/.test(f) && !f.includes(".test."))
    .map((f) => readFileSync(root + f, "utf8"))
    .join("\n");
  const beginnings = [...source.matchAll(/`([a-z.]+\.)\$\{/g)].map((m) => m[1] ?? "");
  const unused = Object.keys(consoleEn).filter((id) => !source.includes(`"${id}"`) && !beginnings.some((b) => id.startsWith(b)));
  expect(unused).toEqual([]);
});
