// What the series editor holds, and the rule that it makes. People choose days
// and dates; the rule (RFC 5545) is shown, never asked for.
import type { Move, Part, Series, SeriesBody, SeriesKind } from "../../protocol/clinic.ts";
import { weekdayOf } from "./dates.ts";

export type Weekday = "MO" | "TU" | "WE" | "TH" | "FR" | "SA" | "SU";
export const weekdays: readonly Weekday[] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

export type Ends = "until" | "count" | "never";

export interface Draft {
  /** Of an existing program, or "" for a new one. */
  program: string;
  newProgram: string;
  title: string;
  kind: SeriesKind;
  days: Weekday[];
  /** Every so many weeks. */
  every: number;
  from: string;
  clock: string;
  ends: Ends;
  until: string;
  count: string;
  zone: string;
  parts: Part[];
  except: string[];
  moves: Move[];
  capacity: string;
  /** A rule that these fields can't say; it is kept as it is. */
  custom: string | undefined;
}

export function emptyDraft(zone: string, from: string): Draft {
  return {
    program: "", newProgram: "", title: "", kind: "group", days: [], every: 1, from, clock: "18:00",
    ends: "until", until: "", count: "", zone,
    parts: [{ kind: "group", minutes: 90 }], except: [], moves: [], capacity: "", custom: undefined,
  };
}

export function minutesOf(parts: readonly Part[]): number {
  return parts.reduce((sum, p) => sum + (Number.isFinite(p.minutes) ? p.minutes : 0), 0);
}

/** The rule of a draft; undefined while it can't be said yet. */
export function ruleOf(draft: Draft): string | undefined {
  if (draft.custom !== undefined) return draft.custom;
  if (draft.days.length === 0) return undefined;
  const said = ["FREQ=WEEKLY"];
  if (draft.every > 1) said.push(`INTERVAL=${draft.every}`);
  said.push(`BYDAY=${weekdays.filter((d) => draft.days.includes(d)).join(",")}`);
  if (draft.ends === "count") {
    if (!/^[1-9]\d*$/.test(draft.count)) return undefined;
    said.push(`COUNT=${draft.count}`);
  }
  if (draft.ends === "until") {
    if (draft.until === "") return undefined;
    said.push(`UNTIL=${draft.until.replaceAll("-", "")}`);
  }
  return said.join(";");
}

/** The first day of the rule on or after the date; RFC 5545 counts the start as an evening, whatever day it is. */
export function firstEvening({ from, days }: Draft): string {
  if (days.length === 0 || from === "") return from;
  for (let i = 0; i < 7; i++) {
    const day = new Date(Date.parse(`${from}T00:00:00Z`) + i * 86_400_000).toISOString().slice(0, 10);
    if (days.includes(weekdays[(weekdayOf(day) + 6) % 7] ?? "MO")) return day;
  }
  return from;
}

/** The body of a draft; undefined while something is missing that a preview needs. */
export function bodyOf(draft: Draft): SeriesBody | undefined {
  const rule = ruleOf(draft);
  if (rule === undefined || draft.from === "" || draft.clock === "" || minutesOf(draft.parts) === 0) return undefined;
  return {
    program: draft.program, title: draft.title.trim(), kind: draft.kind, rule,
    start: `${draft.custom === undefined ? firstEvening(draft) : draft.from}T${draft.clock}`, zone: draft.zone,
    template: draft.parts, except: draft.except, moves: draft.moves, capacity: Number(draft.capacity) || 0,
  };
}

const simple = new Set(["FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"]);

/** A stored series as the editor shows it. */
export function draftOf(s: Series): Draft {
  const [from = "", clock = ""] = s.start.split("T");
  const draft: Draft = {
    ...emptyDraft(s.zone, from), program: s.program, title: s.title, kind: s.kind, clock: clock.slice(0, 5),
    parts: s.template.map((p) => ({ ...p })), except: [...(s.except ?? [])], moves: [...(s.moves ?? [])],
    capacity: s.capacity ? String(s.capacity) : "", ends: "never",
  };
  const said = new Map(s.rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const days = (said.get("BYDAY") ?? "").split(",").filter((d) => d !== "");
  const known = days.every((d) => weekdays.includes(d as Weekday));
  const wkst = said.get("WKST");
  if (said.get("FREQ") !== "WEEKLY" || !known || ![...said.keys()].every((k) => simple.has(k)) || (wkst !== undefined && wkst !== "MO")) {
    return { ...draft, custom: s.rule };
  }
  draft.days = days.length > 0 ? (days as Weekday[]) : [weekdays[(weekdayOf(from) + 6) % 7] ?? "MO"];
  draft.every = Number(said.get("INTERVAL") ?? 1);
  const [until, count] = [said.get("UNTIL"), said.get("COUNT")];
  if (until !== undefined) {
    // A moment would need its zone to be a date: it is kept as it is.
    if (until.length !== 8) return { ...draft, custom: s.rule };
    return { ...draft, ends: "until", until: `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}` };
  }
  return count === undefined ? draft : { ...draft, ends: "count", count };
}
