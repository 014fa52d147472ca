// What the console reads: sessions and attendance. As signaling/api and
// rooms/attendance have them. What can't be known is null, or left out; it is
// never 0.
import { boolean, exactly, list, number, object, oneOf, optional, string, type Decoder } from "./decode.ts";
import { plannedSegment, segmentKind, type PlannedSegment, type SegmentKind } from "./nouns.ts";

export type SessionStatus = "scheduled" | "open" | "ended" | "cancelled";

export interface SessionSummary {
  id: string;
  title: string;
  start: string;
  end: string;
  zone: string;
  status: SessionStatus;
  final: boolean;
  segments?: PlannedSegment[];
}

/** not_yet: has not come so far; only while the evening runs. */
export type Judgement = "present" | "partial" | "absent" | "not_admitted" | "not_held" | "excused" | "not_yet" | "unknown";

/** end is left out while the person is in. */
export interface Interval { start: string; end?: string }

/** start and end are left out for a part that was not held; seconds is null for a break. */
export interface SegmentTime {
  index: number;
  kind: SegmentKind;
  seconds: number | null;
  start?: string;
  end?: string;
}

export interface AttendanceRecord {
  person: string;
  display_name: string;
  role: string;
  status: Judgement;
  minutes: number;
  seconds: number;
  segments: SegmentTime[];
  overrun_s: number;
  lobby_s: number;
  reconnects: number;
  intervals: Interval[];
  first_at_door?: string;
  last_left?: string;
  late_s?: number | null;
  early_s?: number | null;
  uncertainty_s?: number | null;
  flags: string[];
  final: boolean;
}

export interface Attendance {
  session: SessionSummary;
  final: boolean;
  rules_version: string | number;
  records: AttendanceRecord[];
  notice: string;
}

function nullable<T>(item: Decoder<T>): Decoder<T | null> {
  return (value, at) => (value === null ? null : item(value, at));
}

const summary = object<SessionSummary>({
  id: string,
  title: string,
  start: string,
  end: string,
  zone: string,
  status: exactly<SessionStatus>(["scheduled", "open", "ended", "cancelled"]),
  final: boolean,
  segments: optional(list(plannedSegment)),
});

const record = object<AttendanceRecord>({
  person: string,
  display_name: string,
  role: string,
  status: oneOf<Judgement>(["present", "partial", "absent", "not_admitted", "not_held", "excused", "not_yet", "unknown"], "unknown"),
  minutes: number,
  seconds: number,
  segments: list(object<SegmentTime>({
    index: number, kind: segmentKind, seconds: nullable(number), start: optional(string), end: optional(string),
  })),
  overrun_s: number,
  lobby_s: number,
  reconnects: number,
  intervals: list(object<Interval>({ start: string, end: optional(string) })),
  first_at_door: optional(string),
  last_left: optional(string),
  late_s: optional(nullable(number)),
  early_s: optional(nullable(number)),
  uncertainty_s: optional(nullable(number)),
  flags: list(string),
  final: boolean,
});

export const sessions = object<{ sessions: SessionSummary[] }>({ sessions: list(summary) });

export const attendance = object<Attendance>({
  session: summary,
  final: boolean,
  rules_version: (value, at) => (typeof value === "number" ? value : string(value, at)),
  records: list(record),
  notice: string,
});
