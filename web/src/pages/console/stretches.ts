// Which stretches of an evening a row lacks, and which it has: what a
// correction is most likely about. Pure.
import type { AttendanceRecord, SessionSummary } from "../../protocol/records.ts";

const MINUTE_MS = 60_000;

/** Where a missing stretch lies. stay: the person was there. */
export type Place = "whole" | "beginning" | "between" | "end" | "stay";

/** Whole minutes, in ms. */
export interface Stretch { place: Place; start: number; end: number }

interface Window { from: number; to: number }

/** The evening as it was held within its plan; the plan, if it was not. */
function held(record: Pick<AttendanceRecord, "segments">, session: Pick<SessionSummary, "start" | "end">): Window {
  const plan = { from: Date.parse(session.start), to: Date.parse(session.end) };
  const parts = record.segments.filter((s) => s.start !== undefined && s.end !== undefined);
  if (parts.length === 0) return plan;
  const from = Math.max(plan.from, Math.min(...parts.map((s) => Date.parse(s.start ?? ""))));
  const to = Math.min(plan.to, Math.max(...parts.map((s) => Date.parse(s.end ?? ""))));
  return to > from ? { from, to } : plan;
}

/** When somebody was there within a window, in order. */
function there(record: Pick<AttendanceRecord, "intervals">, { from, to }: Window): Window[] {
  return record.intervals
    .map((i) => ({ from: Math.max(from, Date.parse(i.start)), to: Math.min(to, i.end === undefined ? to : Date.parse(i.end)) }))
    .filter((i) => i.to > i.from)
    .sort((a, b) => a.from - b.from);
}

/** The whole minutes around a stretch; the clock of a form has no seconds. */
function around(place: Place, from: number, to: number): Stretch {
  return { place, start: Math.floor(from / MINUTE_MS) * MINUTE_MS, end: Math.ceil(to / MINUTE_MS) * MINUTE_MS };
}

const longest = (a: Stretch, b: Stretch): number => b.end - b.start - (a.end - a.start);

type Row = Pick<AttendanceRecord, "segments" | "intervals">;

/** What is missing of a person's evening, the longest first. Less than a minute is not. */
export function missing(record: Row, session: Pick<SessionSummary, "start" | "end">): Stretch[] {
  const evening = held(record, session);
  const stays = there(record, evening);
  if (stays.length === 0) return [around("whole", evening.from, evening.to)];
  const found: Stretch[] = [];
  let at = evening.from;
  for (const [i, stay] of stays.entries()) {
    if (stay.from - at >= MINUTE_MS) found.push(around(i === 0 ? "beginning" : "between", at, stay.from));
    at = Math.max(at, stay.to);
  }
  if (evening.to - at >= MINUTE_MS) found.push(around("end", at, evening.to));
  return found.sort(longest);
}

/** When a person was there, the longest first. */
export function stays(record: Row, session: Pick<SessionSummary, "start" | "end">): Stretch[] {
  return there(record, held(record, session)).map((s) => around("stay", s.from, s.to)).sort(longest);
}
