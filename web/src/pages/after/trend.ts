// A trend as a table and as a picture of the same numbers. Pure.
import type { Trend } from "../../protocol/door.ts";

/** One evening: what was said at its start and at its end, if it was. */
export interface Row { session: string; at: string; start?: number; end?: number }

export const SHOWN = 12;

/** The last evenings, the earliest first. */
export function rowsOf({ points }: Pick<Trend, "points">): Row[] {
  const rows = new Map<string, Row>();
  for (const { session, at, moment, value } of points) {
    rows.set(session, { ...(rows.get(session) ?? { session, at }), [moment]: value });
  }
  return [...rows.values()].slice(-SHOWN);
}

export const WIDTH = 320;
export const HEIGHT = 120;
const EDGE = 10;

export interface Dot { x: number; y: number }

/** Where the values stand: 10 at the top, evenings side by side. */
export function dots(rows: readonly Row[], moment: "start" | "end"): Dot[] {
  const step = rows.length > 1 ? (WIDTH - 2 * EDGE) / (rows.length - 1) : 0;
  return rows.flatMap((row, i) => {
    const value = row[moment];
    if (value === undefined) return [];
    const x = rows.length > 1 ? EDGE + i * step : WIDTH / 2;
    return [{ x: Math.round(x * 10) / 10, y: height(value) }];
  });
}

/** The height of a value, from the top. */
export function height(value: number): number {
  return Math.round((HEIGHT - EDGE - (value / 10) * (HEIGHT - 2 * EDGE)) * 10) / 10;
}
