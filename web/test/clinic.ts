// A clinic for the browser tests of the console: what its server would answer.
// It follows the interface's description and keeps what it was asked to change.
import type { Page, Route } from "@playwright/test";
import type { AuditEntry, ExportState, ListedSession, Person, Preview, Review, Seat, Series, Thresholds, Week, WeekLine, WeekProblem, WeekRule } from "../src/protocol/clinic.ts";
import type { ListedPasskey, Ways } from "../src/protocol/staff.ts";
import { attendance, record } from "./records.ts";

const zone = "America/New_York";
const day = 86_400_000;
const today = new Date();
/** An evening so many days from today, 18:00 to 21:00 in winter time. */
function evening(days: number): { start: string; end: string } {
  const date = new Date(today.getTime() + days * day).toISOString().slice(0, 10);
  return { start: `${date}T23:00:00Z`, end: new Date(Date.parse(`${date}T23:00:00Z`) + 3 * 3_600_000).toISOString() };
}

const segments = attendance.session.segments ?? [];

export const series: Series[] = [
  {
    id: "evening", program: "iop", title: "Evening group", kind: "group", rule: "FREQ=WEEKLY;BYDAY=MO,WE,TH;UNTIL=20261231", start: "2026-10-05T18:00", zone,
    template: [{ kind: "group", minutes: 85 }, { kind: "break", minutes: 10 }, { kind: "education", minutes: 85 }], except: ["2026-11-26"], moves: [], capacity: 12, sequence: 2,
    next: [evening(1)],
  },
  { id: "family", program: "iop", title: "Family hour", kind: "family", rule: "FREQ=WEEKLY;BYDAY=TU", start: "2026-10-06T17:00", zone, template: [{ kind: "family", minutes: 60 }], except: [], moves: [], capacity: 0, sequence: 0, next: [evening(2)] },
  { id: "alumni", program: "after", title: "Alumni evening", kind: "alumni", rule: "FREQ=MONTHLY;BYDAY=1FR", start: "2026-10-02T19:00", zone, template: [{ kind: "group", minutes: 90 }], except: [], moves: [], capacity: 0, sequence: 0, next: [] },
];

function listed(id: string, days: number, part: Partial<ListedSession> = {}): ListedSession {
  return { id, series: "evening", title: "Evening group", ...evening(days), zone, status: days < 0 ? "ended" : "scheduled", final: days < 0, segments, ...part };
}

export const sessions: ListedSession[] = [
  listed("s-past-2", -4, { signed: true }), listed("s-past", -2), listed("s-now", 0, { status: "open" }), listed("s-1", 1), listed("s-3", 3, { status: "cancelled" }), listed("s-4", 4),
];

const names = ["Ana Ruiz", "Ben Torres", "Chloe Diaz", "Dev Patel", "Elena Novak", "Frank Osei", "Grace Kim", "Hugo Marín", "Imani Brooks", "Jonah Weiss"];

export const persons: Person[] = [
  { id: "dana", kind: "staff", legal_name: "Dana Whitfield", display_name: "Dana", email: "dana@harbor.example", phone: "", credential: "LCSW", staff_roles: ["clinician"] },
  ...names.map((legal_name, i): Person => ({
    id: `p${i}`, kind: "client", legal_name, display_name: `${legal_name.split(" ")[0] ?? ""} ${legal_name.split(" ")[1]?.[0] ?? ""}.`,
    email: `${legal_name.split(" ")[0]?.toLowerCase() ?? ""}@mail.example`, phone: "+1 555 0100", payer: i % 2 ? "County plan" : "", prescribed_minutes: 540,
  })),
  { id: "rosa", kind: "collateral", legal_name: "Rosa Ruiz", display_name: "Rosa", phone: "+1 555 0177" },
];

export const seats: Seat[] = persons.map((p, i) => ({
  id: `seat${i}`, series: "evening", person: p.id, role: p.kind === "staff" ? "facilitator" : p.kind === "collateral" ? "collateral" : "participant",
  display_name: p.display_name, from: "2026-10-05", ...(i === 4 && { until: "2026-11-12" }), ...(p.kind === "client" && { prescribed_minutes: 540, phase: "2" }),
  link: { state: i % 4 === 3 ? "none" : "active", ...(i % 4 === 1 && { sent_at: "2026-11-01T15:00:00Z" }) },
}));

function problem(of: { person?: string; session?: string }, code: string, sentence: string, values: Record<string, unknown>): WeekProblem {
  return { ...of, code, sentence_key: code, sentence, values };
}

function rule(ok: boolean, sentence_key: string, sentence: string, values: Record<string, unknown>, date?: string): WeekRule {
  return { id: "three-days", ok, sentence_key, sentence, values, ...(date && { date }) };
}

function line(date: string, unsigned: boolean): WeekLine {
  const reason = { sentence_key: "line.unsigned", sentence: "The session of Thursday, 19 November 2026 is not signed.", values: { date } };
  return { date, unit: "per_day", code: "H0015", modifier: "95", place_of_service: "10", units: 1, minutes: 180, audio_only_minutes: 0, blocked: unsigned, reasons: unsigned ? [reason] : [], notes: [] };
}

export const week: Week = {
  start: "2026-11-16", end: "2026-11-22", zone,
  people: names.map((legal_name, i) => ({
    person: `p${i}`, legal_name, display_name: persons[i + 1]?.display_name ?? "", payer: i % 2 ? "County plan" : "", prescribed_minutes: 540,
    attended_minutes: [540, 530, 360, 540, 180, 0, 535, 540, 420, 540][i] ?? 0,
    sessions: ["2026-11-16", "2026-11-18", "2026-11-19"].map((d, n) => ({
      session: "s-past", start: `${d}T23:00:00Z`, title: "Evening group", kind: "group", status: i === 5 ? "absent" : "present", minutes: i === 5 ? 0 : 178, flags: n === 1 && i === 2 ? ["late"] : [], signed: n < 2,
    })),
    days: ["2026-11-16", "2026-11-18", "2026-11-19"].slice(0, i === 5 ? 0 : i === 4 ? 1 : 3).map((date) => ({ date, minutes: 180, services: ["group", "education"], at_least_3h: true })),
    ...(i === 4 && { missing_minutes: 360, left_minutes: 180, by: "2026-11-22", make_up: [{ session: "s-4", start: evening(4).start, title: "Evening group", minutes: 180, seated: true }] }),
    ...(i === 5 && { missing_minutes: 540, left_minutes: 0, make_up: [] }),
    rules: [i === 4 || i === 5 ? rule(false, "rule.min_days_week.bad", "1 of 3 days of at least 3 h attended; 2 are missing.", { days: 1, day_minutes: 180, required_days: 3, missing_days: 2 })
      : rule(true, "rule.min_days_week.ok", "3 days of at least 3 h attended; at least 3 asked for.", { days: 3, day_minutes: 180, required_days: 3 }),
      rule(false, "rule.min_services_day.bad", "On Monday, 16 November 2026 1 of 2 different services of at least 15 min attended.", { date: "2026-11-16", services: 1, required_services: 2, service_minutes: 15 }, "2026-11-16")],
    lines: i === 5 ? [] : ["2026-11-16", "2026-11-18", "2026-11-19"].slice(0, i === 4 ? 1 : 3).map((date, n) => line(date, n === 2)),
  })),
  problems: [
    problem({ session: "s-past" }, "week.session.unsigned", "The session of Thursday, 19 November 2026 is not signed.", { date: "2026-11-19" }),
    problem({ person: "p4" }, "week.prescribed.too_late", "3 h of 9 h attended; of 6 h missing only 3 h can be made up, until Sunday, 22 November 2026, in Evening group.",
      { attended_minutes: 180, prescribed_minutes: 540, missing_minutes: 360, left_minutes: 180, by_date: "2026-11-22", where: "Evening group" }),
    problem({ person: "p5" }, "week.prescribed.short", "0 min of 9 h attended; 9 h are missing, and no session is left in the week to make it up.", { attended_minutes: 0, prescribed_minutes: 540, missing_minutes: 540 }),
    problem({ person: "p4" }, "rule.min_days_week.bad", "1 of 3 days of at least 3 h attended; 2 are missing.", { days: 1, day_minutes: 180, required_days: 3, missing_days: 2 }),
    ...[0, 2, 4, 6, 8, 9].map((i) => problem({ person: `p${i}` }, "week.payer.none", "No payer is set; nothing is proposed for billing.", {})),
    problem({ person: "p1" }, "week.payer.no_codes", "The payer's rules have no codes; nothing is proposed for billing.", {}),
    problem({ session: "s-now" }, "week.session.running", "The session of Sunday, 22 November 2026 is not over; its minutes are what they would be if it ended now.", { date: "2026-11-22" }),
  ],
  unsigned: [{ session: "s-past", date: "2026-11-19", start: "2026-11-19T23:00:00Z", title: "Evening group" }],
};

export const review: Review = {
  session: { ...attendance.session, series: "evening" }, final: true, unsigned_since: "2026-11-21T01:30:00Z", signer: { name: "Morgan Lee", credential: "LCSW" },
  records: attendance.records.map((r, i) => ({
    ...r,
    ...(i === 1 && { minutes: 91, seconds: 5480, machine: { status: "partial", minutes: 71, seconds: 4280 }, corrections: [{ id: "c1", what: "present", actor: "dana", at: "2026-11-21T02:00:00Z" }] }),
    ...(i === 2 && { absence: "not_reached" }),
  })),
  notes: [{ id: "n1", kind: "correction", person: "p2", author: "Dana Whitfield", at: "2026-11-21T02:00:00Z", body: "Sat beside his sister's phone for the first part; seen by both facilitators." }],
  warnings: [{ flag: "absence_open", person: "p3", text_key: "warning.absence_open", values: {} }],
};

/** The same evening with its signature, and one that is on. */
export const signed: Review = {
  ...review, session: { ...review.session, id: "s-past-2", signed: true }, warnings: [], signed: { name: "Dana Whitfield", credential: "LCSW", at: "2026-11-21T14:05:00Z" },
};

export const running: Review = {
  session: { ...review.session, id: "s-now", status: "open", final: false }, final: false,
  records: [
    record({ person: "p1", display_name: "Ana R.", status: "present", minutes: 31, seconds: 1871, final: false, first_at_door: "2026-11-20T22:30:00Z", intervals: [{ start: "2026-11-20T22:30:49Z" }] }),
    record({ person: "p2", display_name: "Luis M.", status: "not_yet", final: false }),
    record({ person: "p4", display_name: "Tom W.", status: "not_admitted", final: false, first_at_door: "2026-11-20T22:40:00Z", lobby_s: 600 }),
    record({ person: "p5", display_name: "Dana", role: "facilitator", status: "present", minutes: 31, seconds: 1871, final: false, intervals: [{ start: "2026-11-20T22:25:00Z" }] }),
  ],
};

const deliveries = [
  { id: "d1", type: "reminder", person: "p1", session: "s-1", state: "pending", attempts: 0, created: "2026-11-22T12:00:00Z", due: "2026-11-22T22:00:00Z" },
  { id: "d2", type: "invitation", person: "p0", state: "sent", attempts: 1, created: "2026-11-21T12:00:00Z", done: "2026-11-21T12:00:04Z" },
  { id: "d3", type: "update", person: "p2", state: "dead", attempts: 12, fault: "smtp_550", created: "2026-11-18T12:00:00Z" },
];

const doors = [
  { person: "p1", name: "Ana R.", place: "home", outside_state: false, phone: "+1 555 0111", emergency: { name: "Rosa Ruiz", phone: "+1 555 0177" }, at: "2026-11-20T22:28:00Z" },
  { person: "p2", name: "Luis M.", place: "elsewhere", address: { line: "12 Long Harbor Street", city: "Trenton", state: "PA", zip: "08601" }, outside_state: true, phone: "+1 555 0112", at: "2026-11-20T22:49:00Z" },
];

export const rules: Thresholds = {
  version: 3, grace_s: 120, late_s: 600, early_s: 600, present_percent: 80, audio_only_s: 60, count_breaks: true, count_overrun: false, count_unstaffed: true, week_start: "monday",
};

export const audit: AuditEntry[] = [
  { n: 3, at: "2026-11-20T15:02:00Z", actor: "dana", actor_kind: "staff", action: "attendance.read", session: "s-past", person: "p0" },
  { n: 2, at: "2026-11-19T19:40:00Z", actor: "k1", actor_kind: "service", action: "attendance.export", session: "s-past", purpose: "payment", recipient: "County plan" },
  { n: 1, at: "2026-11-18T22:10:00Z", actor: "dana", actor_kind: "staff", action: "door.read", session: "s-past", person: "p5" },
];

/** Evenings on three days a week from tomorrow, as a preview. */
function preview(asked: { except?: string[]; start: string; template: { minutes: number }[] }): Preview {
  const dates = Array.from({ length: 6 }, (_, i) => {
    const date = new Date(Date.parse(`${asked.start.slice(0, 10)}T00:00:00Z`) + i * 2 * day).toISOString().slice(0, 10);
    const local = `${date}${asked.start.slice(10)}`;
    return { recurrence_id: local, local, start: "", end: "", weekday: "", skipped: asked.except?.includes(date) ?? false };
  });
  return { dates, count: dates.filter((d) => !d.skipped).length, more: false, endless: false, ends: dates.at(-1)?.local ?? "" };
}

export interface Deed { method: string; path: string; body: unknown }

export const passkeys: ListedPasskey[] = [
  { id: "k1", label: "iPhone", created_at: "2026-10-01T12:00:00Z", used_at: "2026-11-20T21:40:00Z" },
  { id: "k2", label: "Front desk", created_at: "2026-11-02T15:00:00Z" },
];

export const exported: ExportState[] = [
  { id: "e1", kind: "pdf", week: "2026-11-09", begun: "2026-11-20T15:02:00Z", state: "done", done: 3, total: 3, name: "week-2026-11-09.pdf" },
  { id: "e2", kind: "own", from: "2026-11-16", to: "2026-11-22", begun: "2026-11-20T15:00:00Z", state: "refused", done: 1, total: 2, unsigned: week.unsigned },
];

/** Plays the clinic to a page; returns what it was asked to change. */
export async function play(page: Page, roles: string[] = ["admin"], ways: Ways = { passkeys: true, providers: [] }): Promise<Deed[]> {
  const deeds: Deed[] = [];
  const trend = {
    scales: [{
      id: "mood", question: { en: "How do you feel tonight?", es: "¿Cómo se siente esta noche?" },
      points: Array.from({ length: 12 }, (_, i) => ({ at: new Date(Date.UTC(2026, 9, 5 + i * 3, i % 2 ? 25 : 22)).toISOString(), session: "s-past", moment: i % 2 ? "end" : "start", value: [4, 5, 3, 5, 6, 6, 5, 7, 6, 8, 7, 8][i] ?? null })),
    }],
  };
  const answers: [RegExp, unknown][] = [
    [/staff\/ways$/, ways],
    [/staff\/me$/, { idle_s: 900 }],
    [/staff\/passkeys$/, { passkeys }],
    [/staff\/signin$/, { token: "t", expires: "", clinic: "Harbor Evening Program", name: "Morgan", person: "morgan", zone, roles }],
    [/programs$/, { programs: [{ id: "iop", name: "Evening program" }, { id: "after", name: "After care" }] }],
    [/series$/, { series }],
    [/series\/[^/]+\/seats$/, { seats }],
    [/series\/[^/]+$/, series[0]],
    [/sessions$/, { sessions }],
    [/sessions\/s-past-2\/review$/, signed],
    [/sessions\/s-now\/review$/, running],
    [/sessions\/[^/]+\/review$/, review],
    [/persons$/, { persons }],
    [/persons\/search$/, { persons: [] }],
    [/persons\/[^/]+\/paperwork$/, { acceptances: [{ version: 2, at: "2026-10-05T21:40:00Z" }], consents: [{ version: 1, at: "2026-10-05T21:40:00Z" }] }],
    [/persons\/[^/]+\/trend$/, trend],
    [/persons\/[^/]+\/seats$/, { seats: seats.slice(1, 2) }],
    [/persons\/dana$/, persons[0]],
    [/persons\/[^/]+$/, persons[1]],
    [/week$/, week],
    [/payers$/, { payers: [{ payer: "county", name: "County plan", version: 2, rules: [{ id: "week", kind: "min_week_minutes", value: 540 }] }] }],
    [/^rules$/, rules],
    [/audit$/, { entries: audit }],
    [/exports$/, { exports: exported }],
    [/exports\/[^/]+$/, { ...exported[0], id: "new", state: "running", done: 3, total: 10 }],
    [/webhooks$/, { webhooks: [{ id: "w", url: "https://ehr.example/hooks", kinds: ["session.signed"], disabled: false, secrets: 1, created: "2026-10-01T12:00:00Z" }] }],
    [/ground-rules$/, { ground_rules: [{ audience: "participant", texts: { en: "What is said here stays here.", es: "Lo que se dice aquí se queda aquí." }, version: 2, created_at: "2026-10-01T12:00:00Z" }] }],
    [/consents$/, { consents: [] }],
    [/scales$/, { scales: [{ id: "mood", question: { en: "How do you feel tonight?", es: "¿Cómo se siente esta noche?" }, low: { en: "very low" }, high: { en: "very well" }, version: 1 }] }],
    [/door-rules$/, { accept_again: false, address: "elsewhere", address_needed: true, consent_needed: true, emergency: true, emergency_needed: false, licensed_states: ["NY", "NJ"] }],
    [/service-clients$/, { clients: [{ id: "op4xnjrdtaddxhnbr354hg4twc", name: "Harbor EHR", scopes: ["sessions:read", "sessions:write"], created_at: "2026-10-01T12:00:00Z", revoked: false }, { id: "old", name: "The former EHR", scopes: ["sessions:read"], created_at: "2025-10-01T12:00:00Z", revoked: true }] }],
    [/retention$/, { years: 6, least: 6, before: "2020-11-21" }],
    [/checkpoints$/, { checkpoints: [{ size: 41, at: "2026-11-21T05:00:00Z", note: "note" }, { size: 38, at: "2026-11-20T05:00:00Z", note: "note" }] }],
    [/persons\/[^/]+\/reminders$/, { wanted: true }],
    [/^mail$|deliveries$/, { deliveries, next: "more" }],
    [/sessions\/[^/]+\/guests$/, { guests: [{ person: "p2", display_name: "Luis M.", seated_by: "dana", seated_at: "2026-11-20T22:45:00Z", matched: "p1", note: "Came with Ana." }] }],
    [/sessions\/[^/]+\/doors$/, { doors }],
    [/settings\/mail$/, { reminder_minutes: [60] }],
    [/keys$/, { keys: [{ current: true, fingerprint: "kQ3vT2m7aZr4Xw2yDn5c8BfE" }], pem: "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----" }],
  ];
  const answer = async (route: Route): Promise<void> => {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace("/api/v1/", "");
    const body: unknown = request.postDataJSON();
    if (path === "series/preview") return route.fulfill({ json: preview(body as Parameters<typeof preview>[0]) });
    if (request.method() !== "GET" && !path.startsWith("staff/")) {
      deeds.push({ method: request.method(), path, body });
      return route.fulfill({ json: { id: "new", url: `https://harbor.example/j#${"k".repeat(32)}`, version: 2 } });
    }
    if (path === "sessions") {
      const query = new URL(request.url()).searchParams;
      const [from, to] = [query.get("from") ?? "", query.get("to") ?? "9"];
      return route.fulfill({ json: { sessions: sessions.filter((s) => s.start >= from && s.start < to) } });
    }
    const found = answers.find(([pattern]) => pattern.test(path));
    return route.fulfill(found ? { json: found[1] } : { status: 404, json: { title: "", status: 404, code: "not_there", detail: "There is nothing of that id." } });
  };
  await page.route("**/api/v1/**", answer);
  return deeds;
}

/** Has one address refused; the newest word on an address counts. */
export async function refuse(page: Page, path: string, status: number, code: string): Promise<void> {
  await page.route(`**/api/v1/${path}`, (route) => route.fulfill({ status, contentType: "application/problem+json", json: { title: "", status, code, detail: "" } }));
}
