import { expect, test } from "vitest";
import { Refusal } from "../../protocol/api.ts";
import { displayNames, newcomers, rowFaults, shownName } from "./enrol.ts";
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

test("a table pasted from a spreadsheet, with the names of its columns or without", () => {
  const people = [
    { legal_name: "Ana Ruiz", email: "ana@example.org", phone: "(701) 555-0100" },
    { legal_name: "Ben De La Cruz", email: "", phone: "701.555.0101" },
  ];
  const got = (text: string) => newcomers(text).map(({ legal_name, email, phone }) => ({ legal_name, email, phone }));
  expect(got("Ana Ruiz\tana@example.org\t(701) 555-0100\r\nBen De La Cruz\t\t701.555.0101\r\n")).toEqual(people);
  expect(got("Last Name\tFirst Name\tDOB\tPhone\tE-mail\nRuiz\tAna\t1985-04-12\t(701) 555-0100\tana@example.org\nDe La Cruz\tBen\t4/1/90\t701.555.0101\t")).toEqual(people);
  expect(got('Cliente\tTeléfono\tCorreo electrónico\n"Ruiz, Ana"\t(701) 555-0100\tana@example.org\nBen De La Cruz\t701.555.0101\t')).toEqual(people);
  expect(got("Ana\tRuiz\t1985-04\tana@example.org")).toEqual([{ legal_name: "Ana Ruiz", email: "ana@example.org", phone: "" }]);
  expect(got("Name\nAna Ruiz")).toEqual([{ legal_name: "Ana Ruiz", email: "", phone: "" }]);
});

test("what was wrong stands at its row and column", () => {
  const fault = (field: string, message = field) => ({ field, message });
  const of = rowFaults(new Refusal("invalid", "", undefined, [], [fault("persons[1].email"), fault("persons[1].series"), fault("persons[11].phone"), fault("from")]));
  expect([of(1), of(1, "email"), of(1, "legal_name", ""), of(11, "phone"), of(0)]).toEqual([["persons[1].email", "persons[1].series"], ["persons[1].email"], ["persons[1].series"], ["persons[11].phone"], []]);
  expect(rowFaults(undefined)(0)).toEqual([]);
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
