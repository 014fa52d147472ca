import { createHash } from "node:crypto";
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

// Made with rsc.io/qr: the beginning of the SHA-256 of all squares, for the
// eight masks. Which of them is chosen does not matter to a reader.
const others: readonly (readonly [version: number, text: string, sums: string])[] = [
  [5, `https://harbor.example.org/j#${"k".repeat(43)}`, "430a6daf12 8cff6f8e4e 9ad2f705b0 96bfa6890f 26a419139a 962b675b47 b32285d84e 74a56c9c7e"],
  [2, "Hola, ¿qué tal?", "784cac0070 532097d712 794991b5ef 6cfba58000 bc3ba1e033 2a48465b1d 846fba9256 8f3382a002"],
  [6, "0aZ-".repeat(25), "45d2cf8c06 984b58d2da 7adb5c8ab2 43bf64bb7f 717285f571 d2ee5ffaaf 8b75c602d8 b55586a1fc"],
  [8, "link".repeat(32), "3fb8d31fa9 9e4109b5d4 ceb0f318c6 02b5ede539 2dfa2dddd1 001db27e09 3266cf8722 341c286aa6"],
  [9, "q9".repeat(89), "596584b894 1c04df1ed3 3946f74878 cbf7f79ba6 b9c79ec628 642e5705bf 5562f5cd33 ddf242c8c1"],
  [10, "x".repeat(213), "f673820bb5 49c766b089 a94ef70302 c0aa0b2579 6f815bc194 69da6e1c84 a13d96a96e c44713135d"],
];

test.each(others)("version %i is square by square what another program draws", (version, text, sums) => {
  const code = qr(text) ?? [];
  expect(code.length).toBe(17 + 4 * version);
  const squares = code.flatMap((row) => row.map((dark) => (dark ? "1" : "0"))).join("");
  expect(sums.split(" ")).toContain(createHash("sha256").update(squares).digest("hex").slice(0, 10));
});
