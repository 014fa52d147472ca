import { expect, test } from "vitest";
import { layout, pages, places } from "./layout.ts";

const laptop = { width: 1200, height: 650 };
const phone = { width: 374, height: 580 };
const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `p${i}`);

test.each([1, 2, 3, 4, 7, 10, 12, 16, 25])("%d people fit on a laptop, on one page", (n) => {
  const grid = layout(laptop, n, 25);
  const rows = Math.ceil(n / grid.columns);
  expect(grid.page).toBe(n);
  expect(grid.columns * (grid.width + 8) - 8).toBeLessThanOrEqual(laptop.width);
  expect(rows * (grid.height + 8) - 8).toBeLessThanOrEqual(laptop.height);
});

test("in a narrow place there are pages rather than faces too small to see", () => {
  const grid = layout({ width: 710, height: 200 }, 25, 25);
  expect(grid.width).toBeGreaterThanOrEqual(148);
  expect(pages(25, grid)).toBeGreaterThan(1);
});

test.each([1, 2, 5, 12])("%d people on a phone: one large, the others in turns", (n) => {
  const grid = layout(phone, n, 25);
  expect(grid.stage?.width).toBe(phone.width);
  const shown = Math.min(n, grid.page) - 1;
  const rows = Math.ceil(shown / grid.columns);
  expect((grid.stage?.height ?? 0) + rows * (grid.height + 8)).toBeLessThanOrEqual(phone.height);
});

test("everybody is in exactly one place, on every page", () => {
  const grid = layout(phone, 12, 25);
  const seen = new Set<string>();
  for (let page = 0; page < pages(12, grid); page++) {
    const all = places(ids(12), grid, page, undefined);
    expect(all.map((p) => p.id).sort()).toEqual(ids(12).sort());
    expect(all[0]).toEqual({ id: "p0", place: "stage" });
    for (const p of all) if (p.place !== "off") seen.add(p.id);
  }
  expect(seen.size).toBe(12);
});

test("who has the floor is seen, also from another page", () => {
  const grid = { ...layout(laptop, 12, 25), page: 4 };
  const all = places(ids(12), grid, 0, "p9");
  expect(all.filter((p) => p.place === "grid").map((p) => p.id)).toEqual(["p0", "p1", "p2", "p9"]);
});

test("an area that has no size yet is no error", () => {
  expect(pages(5, layout({ width: 0, height: 0 }, 5, 25))).toBe(1);
});
