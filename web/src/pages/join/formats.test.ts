import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isPhone, isZip, stateCode, states, zip } from "./formats.ts";

test("ZIP codes: five digits, or five and four", () => {
  expect(["58102", " 58102 ", "58102-1234", "581021234", "58102 1234"].filter((z) => !isZip(z))).toEqual([]);
  expect(["5810", "581021", "5810a", "58102-12", "K1A 0B1", ""].filter(isZip)).toEqual([]);
  expect([zip("581021234"), zip("58102"), zip(" 58102-1234")]).toEqual(["58102-1234", "58102", "58102-1234"]);
});

test("numbers to call, as people write them", () => {
  const good = ["555-0100", "+1 555 0100", "(701) 555-0100", "701.555.0100", "7015550100", "701 555 0100 x12", "701 555 0100 ext. 4", "+44 20 7946 0958"];
  expect(good.filter((n) => !isPhone(n))).toEqual([]);
  expect(["", "911", "call me", "70155501", "555 01", "1234567890123456", "701 555 01OO", "a@b.c"].filter(isPhone)).toEqual(["70155501"]);
});

test("a state is its code, however it was written", () => {
  expect(["nd", "North Dakota", " N.Y. ", "new york", "Ontario"].map(stateCode)).toEqual(["ND", "ND", "NY", "NY", "Ontario"]);
});

test("the server knows the same states", () => {
  const server = readFileSync(`${process.cwd()}/../rooms/records/states.go`, "utf8");
  const known = new Map([...server.matchAll(/"([a-z ]+)": "([A-Z]{2})"/g)].map(([, name = "", code = ""]) => [name, code]));
  known.delete("washington dc"); // another way to say it
  expect(Object.fromEntries(Object.entries(states).map(([code, name]) => [name.toLowerCase(), code]))).toEqual(Object.fromEntries(known));
});
