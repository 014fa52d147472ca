import { expect, test } from "vitest";
import { dots, height, rowsOf, SHOWN, WIDTH } from "./trend.ts";

const point = (session: string, moment: "start" | "end", value: number) => ({ at: `2026-11-${session}T22:00:00Z`, session, moment, value });

test("start and end of an evening are one row", () => {
  const rows = rowsOf({ points: [point("20", "start", 6), point("20", "end", 3), point("23", "end", 0)] });
  expect(rows).toEqual([
    { session: "20", at: "2026-11-20T22:00:00Z", start: 6, end: 3 },
    { session: "23", at: "2026-11-23T22:00:00Z", end: 0 },
  ]);
  expect(dots(rows, "start")).toHaveLength(1);
  expect(dots(rows, "end").map((d) => d.y)).toEqual([height(3), height(0)]);
});

test("many evenings: the last ones, within the picture", () => {
  const points = Array.from({ length: 30 }, (_, i) => point(String(i), "start", i % 11));
  const rows = rowsOf({ points });
  expect(rows).toHaveLength(SHOWN);
  expect(rows.at(-1)?.session).toBe("29");
  const wide = dots(rows, "start").filter(({ x }) => x < 0 || x > WIDTH);
  expect(wide).toEqual([]);
});

test("10 is above 0", () => expect(height(10)).toBeLessThan(height(0)));
