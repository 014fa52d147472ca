// Every action that the server writes into the audit has words.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { consoleEn } from "./console.en.ts";

const root = `${process.cwd()}/..`;
const sources = ["signaling/api", "rooms/records", "cmd/vesper"].flatMap((folder) =>
  readdirSync(`${root}/${folder}`).filter((f) => f.endsWith(".go") && !f.endsWith("_test.go")).map((f) => readFileSync(`${root}/${folder}/${f}`, "utf8")));
const written = new Set(sources.flatMap((text) => [...text.matchAll(/(?:(?:wrote|noting|noted|planned|changedSession|audit)\(ctx,[^"\n]*|Action: |action :?= )"([a-z_]+(?:\.[a-z_]+)+)"/g)].map((m) => m[1] ?? "")));

test("the audit is read in words", () => {
  expect(written.size).toBeGreaterThan(50);
  expect([...written].filter((action) => !(`audit.did.${action}` in consoleEn))).toEqual([]);
});
