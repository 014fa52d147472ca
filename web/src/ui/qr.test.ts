import { expect, test } from "vitest";
import { correction, qr } from "./qr.ts";

test("error correction as in the standard's example", () => {
  // ISO/IEC 18004, annex I: version 1-M, "01234567".
  const data = [0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11];
  expect(correction(data, 10)).toEqual([0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55]);
});

test("a link has a code of its size, with its three corners", () => {
  const code = qr(`https://groups.example.org/j#${"a".repeat(43)}`) ?? [];
  expect(code.length).toBe(17 + 4 * 5);
  const corner = (x: number, y: number) => code.slice(y, y + 7).map((row) => row.slice(x, x + 7).map((d) => (d ? "#" : ".")).join(""));
  const finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];
  expect(corner(0, 0)).toEqual(finder);
  expect(corner(code.length - 7, 0)).toEqual(finder);
  expect(corner(0, code.length - 7)).toEqual(finder);
});

test("every length up to the longest, and none beyond", () => {
  for (const length of [1, 14, 15, 62, 63, 213]) expect(qr("x".repeat(length))).toBeDefined();
  expect(qr("x".repeat(214))).toBeUndefined();
});
