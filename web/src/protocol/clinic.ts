// The nouns of the console, as signaling/api has them. What can't be known is
// left out or null; it is never 0.
import type { SegmentKind } from "./nouns.ts";
import type { AttendanceRecord, SessionSummary } from "./records.ts";

export type StaffRole = "admin" | "clinician" | "billing" | "auditor";
export type SeriesKind = "group" | "education" | "relapse_prevention" | "individual" | "family" | "alumni";
export type SeatRole = "facilitator" | "cofacilitator" | "observer" | "interpreter" | "captioner" | "participant" | "collateral";

export const seriesKinds: readonly SeriesKind[] = ["group", "education", "relapse_prevention", "individual", "family", "alumni"];
export const partKinds: readonly SegmentKind[] = ["group", "education", "relapse_prevention", "individual", "family", "break"];
export const seatRoles: readonly SeatRole[] = ["participant", "facilitator", "cofacilitator", "collateral", "observer", "interpreter", "captioner"];
export const staffRoles: readonly StaffRole[] = ["admin", "clinician", "billing", "auditor"];

export interface Program { id: string; name: string }

export interface Part { kind: SegmentKind; minutes: number }

export interface Move { from: string; to: string }

/** What POST and PUT take. Times are local, "2026-10-05T18:00"; dates "2026-10-05". */
export interface SeriesBody {
  program: string;
  title: string;
  kind: SeriesKind;
  rule: string;
  start: string;
  zone: string;
  template: Part[];
  except: string[];
  moves: Move[];
  capacity: number;
}

export interface Series extends SeriesBody {
  id: string;
  sequence: number;
  next?: { start: string; end: string }[] | null;
}

export interface PreviewDate {
  /** Its local start by the rule: under this it is moved. */
  recurrence_id: string;
  local: string;
  start: string;
  end: string;
  weekday: string;
  skipped?: boolean;
  moved?: boolean;
  note?: string;
}

export interface Preview {
  dates: PreviewDate[] | null;
  count: number;
  /** There are later ones than those listed. */
  more: boolean;
  endless: boolean;
  ends?: string;
}

export interface ListedSession extends SessionSummary {
  series: string;
  /** Nothing but addenda follows. */
  signed?: boolean;
  kind?: SeriesKind;
  program?: string;
}

export type PersonKind = "staff" | "client" | "collateral";

export interface PersonBody {
  kind: PersonKind;
  legal_name: string;
  display_name: string;
  email?: string;
  phone?: string;
  language?: string;
  credential?: string;
  staff_roles?: StaffRole[];
}

export interface Person extends PersonBody {
  id: string;
  payer?: string;
  prescribed_minutes?: number;
  guest?: boolean;
}

export interface Seat {
  id: string;
  series: string;
  person: string;
  role: SeatRole;
  display_name: string;
  from?: string;
  until?: string;
  prescribed_minutes?: number;
  phase?: string;
  client?: string;
  segments?: SegmentKind[] | null;
  link?: { state: "none" | "active" | "revoked"; sent_at?: string };
}

export interface Link { id: string; url: string }

export interface WeekSession {
  session: string;
  start: string;
  title: string;
  kind: SeriesKind;
  status: AttendanceRecord["status"] | "planned" | "";
  minutes: number | null;
  flags: string[] | null;
  signed: boolean;
}

/** A sentence of the server, and what another language makes its own from. */
export interface Said { sentence: string; sentence_key?: string; values?: Record<string, unknown> }

/** date: the day for which it is not met; without one, the week. blocks: it holds lines back. */
export interface WeekRule extends Said { id: string; ok: boolean; open?: boolean; blocks?: boolean; date?: string }

/** Proposed for billing; a blocked one says why. */
export interface WeekLine {
  date: string;
  session?: string;
  unit: string;
  code: string;
  modifier: string;
  place_of_service: string;
  units: number;
  minutes: number;
  audio_only_minutes?: number | null;
  blocked: boolean;
  reasons: Said[] | null;
  notes: Said[] | null;
}

export interface MakeUp { session: string; start: string; title: string; minutes: number; seated: boolean }

export interface WeekPerson {
  person: string;
  legal_name: string;
  display_name: string;
  payer?: string;
  payer_name?: string;
  payer_version?: number;
  stands?: Said;
  prescribed_minutes?: number | null;
  attended_minutes: number;
  sessions: WeekSession[] | null;
  days: { date: string; minutes: number; services: string[] | null; at_least_3h: boolean }[] | null;
  missing_minutes?: number | null;
  /** Planned in the sessions still to come in which the person has a seat. */
  left_minutes?: number;
  make_up?: MakeUp[] | null;
  by?: string;
  rules?: WeekRule[] | null;
  lines?: WeekLine[] | null;
}

export interface WeekProblem extends Said { person?: string; session?: string; date?: string; code: string }

export interface WeekListed { session: string; date: string; start: string; title: string }

export interface Week {
  start: string;
  end: string;
  zone: string;
  people: WeekPerson[] | null;
  problems: WeekProblem[] | null;
  unsigned: WeekListed[] | null;
  totals?: Record<string, number>;
}

export interface Flagged { person?: string; flag: string; text_key?: string; values?: Record<string, unknown>; blocks?: boolean }

export interface ReviewNote { id: string; kind: string; person?: string; author: string; author_name?: string; at: string; body: string; missing?: boolean }

export interface Review {
  session: ListedSession;
  final: boolean;
  signed?: { name: string; credential?: string; at: string };
  /** How the reader would sign; left out where they can't. */
  signer?: { name: string; credential: string };
  unsigned_since?: string;
  records: ReviewRecord[] | null;
  machine?: AttendanceRecord[] | null;
  flags?: Flagged[] | null;
  notes?: ReviewNote[] | null;
  absences?: { person: string; outcome: AbsenceOutcome; at?: string }[] | null;
  warnings?: Flagged[] | null;
}

/** What the machine says without the corrections. */
export interface MachineValue { status: AttendanceRecord["status"]; minutes: number; seconds: number }

export interface ReviewRecord extends AttendanceRecord {
  machine?: MachineValue | null;
  corrections?: { id: string; what: string; from?: string; to?: string; actor: string; at: string; note?: string; withdrawn?: boolean }[] | null;
  aside_s?: number;
  /** The person that a guest was found to be. */
  matched?: string;
  absence?: AbsenceOutcome | "";
}

export type AbsenceOutcome = "called" | "reached" | "not_reached" | "excused" | "unexcused";
export const absenceOutcomes: readonly AbsenceOutcome[] = ["called", "reached", "not_reached", "excused", "unexcused"];

export type CorrectionKind = "present" | "not_present" | "home" | "elsewhere" | "withdrawn";

export type ExportKind = "csv" | "pdf" | "html" | "fhir" | "own";

/** It says what it is of and names nobody. */
export interface ExportState {
  id: string;
  kind: ExportKind;
  session?: string;
  week?: string;
  from?: string;
  to?: string;
  draft?: boolean;
  begun: string;
  state: "running" | "done" | "failed" | "refused";
  done: number;
  total: number;
  name?: string;
  until?: string;
  unsigned?: WeekListed[] | null;
}

export interface AuditEntry {
  n: number;
  at: string;
  actor: string;
  actor_kind: string;
  actor_name?: string;
  action: string;
  object?: string;
  session?: string;
  person?: string;
  person_name?: string;
  purpose?: string;
  recipient?: string;
  outcome?: string;
}

export interface Thresholds {
  version: number;
  grace_s: number;
  late_s: number;
  early_s: number;
  present_percent: number;
  audio_only_s: number;
  count_breaks: boolean;
  count_overrun: boolean;
  count_unstaffed: boolean;
  week_start: string | number;
}

/** Go writes an empty list as null. */
export function many<T>(list: readonly T[] | null | undefined): readonly T[] {
  return list ?? [];
}
