// The preview of a mail's subject says what the server will write.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { consoleEn } from "./console.en.ts";
import { consoleEs } from "./console.es.ts";

test("the subject of an invitation is the server's", () => {
  const source = readFileSync(`${process.cwd()}/../rooms/desk/mail/words.go`, "utf8");
  const subjects = [...source.matchAll(/invitation:\s+message\{"([^"]+)"/g)].map((m) => (m[1] ?? "").replace("%s", "{title}"));
  expect(subjects).toEqual([consoleEn["mail.subject.en"], consoleEn["mail.subject.es"]]);
  expect([consoleEs["mail.subject.en"], consoleEs["mail.subject.es"]]).toEqual(subjects);
});
