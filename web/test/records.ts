// A finished evening, as the console reads it.
import type { Attendance, AttendanceRecord, SessionSummary } from "../src/protocol/records.ts";

const session: SessionSummary = {
  id: "s1", title: "Evening group", start: "2026-11-20T22:30:00Z", end: "2026-11-21T01:00:00Z",
  zone: "America/New_York", status: "ended", final: true,
  segments: [
    { kind: "group", start: "2026-11-20T22:30:00Z", end: "2026-11-20T23:20:00Z" },
    { kind: "break", start: "2026-11-20T23:20:00Z", end: "2026-11-20T23:30:00Z" },
    { kind: "education", start: "2026-11-20T23:30:00Z", end: "2026-11-21T01:00:00Z" },
  ],
};

export function record(part: Partial<AttendanceRecord> & Pick<AttendanceRecord, "person" | "display_name" | "status">): AttendanceRecord {
  return {
    role: "participant", minutes: 0, seconds: 0, overrun_s: 0, lobby_s: 0, reconnects: 0,
    segments: (session.segments ?? []).map((s, index) => ({ ...s, index, seconds: s.kind === "break" ? null : 0 })),
    intervals: [], late_s: null, early_s: null, uncertainty_s: 0, flags: [], final: true, ...part,
  };
}

export const attendance: Attendance = {
  session,
  final: true,
  rules_version: 3,
  notice: "This record is protected by federal confidentiality rules (42 CFR part 2).",
  records: [
    record({
      person: "p1", display_name: "Ana R.", status: "present", minutes: 149, seconds: 8951, reconnects: 1, late_s: 0,
      intervals: [{ start: "2026-11-20T22:30:49Z", end: "2026-11-21T01:00:00Z" }], flags: ["reconnects"],
    }),
    record({
      person: "p2", display_name: "Luis M.", status: "partial", minutes: 71, seconds: 4280, late_s: 1140, early_s: 0,
      intervals: [{ start: "2026-11-20T22:49:00Z", end: "2026-11-20T23:20:20Z" }, { start: "2026-11-21T00:20:00Z", end: "2026-11-21T01:00:00Z" }],
      flags: ["late", "audio_only", "elsewhere"],
    }),
    record({ person: "p3", display_name: "Priya S.", status: "absent" }),
    record({ person: "p4", display_name: "Tom W.", status: "not_admitted", flags: ["removed"] }),
    record({
      person: "p5", display_name: "Dana", role: "facilitator", status: "present", minutes: 150, seconds: 9000, late_s: 0,
      intervals: [{ start: "2026-11-20T22:25:00Z", end: "2026-11-21T01:02:00Z" }],
    }),
  ],
};
