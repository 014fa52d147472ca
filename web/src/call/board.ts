// The board as staff read it: who is waiting, here, away, late, missing. Pure:
// the rows and the time in, groups out.
import { isStaff, type BoardRow } from "../protocol/nouns.ts";

export type Standing =
  | "waiting" // in the lobby
  | "present"
  | "away" // connection lost
  | "expected" // it has not begun
  | "late" // it has begun
  | "missing" // it began a quarter of an hour ago: time to call
  | "left"
  | "denied"
  | "removed";

/** In the order in which staff need them. */
export const standings: readonly Standing[] = [
  "waiting", "missing", "late", "away", "present", "expected", "left", "denied", "removed",
];

export const MISSING_MS = 15 * 60_000;

export interface Standed {
  row: BoardRow;
  standing: Standing;
}

/** start and now are server time in milliseconds. */
export function standing(row: BoardRow, start: number, now: number): Standing {
  switch (row.state) {
    case "lobby":
      return "waiting";
    case "expected":
      if (now >= start + MISSING_MS) return "missing";
      return now >= start ? "late" : "expected";
    case "present":
    case "away":
    case "left":
    case "denied":
    case "removed":
      return row.state;
    default:
      return row.state satisfies never;
  }
}

export interface Group {
  standing: Standing;
  rows: BoardRow[];
}

/** Only groups with somebody in them. Those who wait longest come first, others by name. */
export function groups(board: readonly BoardRow[], start: number, now: number, locale?: string): Group[] {
  const by = new Map<Standing, BoardRow[]>();
  for (const row of board) {
    const key = standing(row, start, now);
    by.set(key, [...(by.get(key) ?? []), row]);
  }
  return standings
    .filter((s) => by.has(s))
    .map((s) => ({ standing: s, rows: (by.get(s) ?? []).sort(s === "waiting" ? bySince : byName(locale)) }));
}

/** Who waits and may be let in together. */
export function ready(board: readonly BoardRow[]): BoardRow[] {
  return board.filter((r) => r.state === "lobby" && r.complete && !r.second_device);
}

function bySince(a: BoardRow, b: BoardRow): number {
  return (a.since ?? "").localeCompare(b.since ?? "");
}

function byName(locale: string | undefined): (a: BoardRow, b: BoardRow) => number {
  return (a, b) => Number(isStaff(a.role)) - Number(isStaff(b.role)) || a.name.localeCompare(b.name, locale);
}
