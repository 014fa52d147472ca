import { expect, test } from "vitest";
import { displayNames, newcomers, shownName } from "./enrol.ts";
import { hoursFrom, minutesFrom } from "./hours.ts";

test("one person a line, however it was written", () => {
  const got = newcomers("Ana Ruiz, ana@example.org, +1 555 010 0100\nRuiz, Ben\tben@example.org\n\n Chloe  Marie Diaz <chloe@example.org>\nDee");
  expect(got).toEqual([
    { legal_name: "Ana Ruiz", display_name: "Ana R.", email: "ana@example.org", phone: "+1 555 010 0100" },
    { legal_name: "Ben Ruiz", display_name: "Ben R.", email: "ben@example.org", phone: "" },
    { legal_name: "Chloe Marie Diaz", display_name: "Chloe D.", email: "chloe@example.org", phone: "" },
    { legal_name: "Dee", display_name: "Dee", email: "", phone: "" },
  ]);
});

test("names that others see are each somebody's own", () => {
  expect(displayNames(["Ana Ruiz", "Ana Rossi", "Ana Ruiz", "Ana"], ["ana r."])).toEqual(["Ana Ru.", "Ana Ro.", "Ana Rui.", "Ana"]);
  expect(displayNames(["Ana R", "Ana R"])).toEqual(["Ana R.", "Ana R. 2"]);
});

test("hours are minutes", () => {
  expect([minutesFrom("9"), minutesFrom("7,5"), minutesFrom(""), minutesFrom("x")]).toEqual([540, 450, 0, 0]);
  expect([hoursFrom(540), hoursFrom(450), hoursFrom(0), hoursFrom(undefined)]).toEqual(["9", "7.5", "", ""]);
  expect(shownName("Ana Ruiz")).toBe("Ana R.");
});
