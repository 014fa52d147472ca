// Both languages say everything, with the same values in the same places, and
// the pages say nothing that is in neither.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { preferred } from "./words.tsx";

const values = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)(?=[,}])/g)].map((m) => m[1] ?? "").sort();

test("es has exactly the words of en", () => {
  expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort());
});

test.each(Object.keys(en) as (keyof typeof en)[])("%s takes the same values in both", (id) => {
  expect(es[id]).not.toBe("");
  expect(new Set(values(es[id]))).toEqual(new Set(values(en[id])));
});

test("every word is used, and every used word is there", () => {
  const root = `${process.cwd()}/src/`;
  const source = readdirSync(root, { recursive: true })
    .map(String)
    .filter((f) => /\.tsx?$/.test(f) && !f.startsWith("words/") && !f.includes(".test."))
    .map((f) => readFileSync(root + f, "utf8"))
    .join("\n");
  // Ids are written whole, or as a template with a known beginning: `status.${…}`.
  const beginnings = [...source.matchAll(/`([a-z.]+\.)\$\{/g)].map((m) => m[1] ?? "");
  const unused = Object.keys(en).filter(
    (id) => !source.includes(`"${id}"`) && !beginnings.some((b) => id.startsWith(b)),
  );
  expect(unused).toEqual([]);
});

test("the first language that we speak is taken", () => {
  expect(preferred(["fr", "es-MX", "en"])).toBe("es");
  expect(preferred(["de"])).toBe("en");
});
