// The nouns of the wire, as signaling/wire has them.
import { boolean, list, number, object, oneOf, optional, string } from "./decode.ts";

export type Role =
  | "facilitator"
  | "cofacilitator"
  | "observer"
  | "interpreter"
  | "captioner"
  | "participant"
  | "collateral";

export const role = oneOf<Role>(
  ["facilitator", "cofacilitator", "observer", "interpreter", "captioner", "participant", "collateral"],
  "participant",
);

/** Staff have the board and the room's controls. */
export function isStaff(role: Role): boolean {
  return role === "facilitator" || role === "cofacilitator";
}

export type SegmentKind =
  | "group"
  | "education"
  | "relapse_prevention"
  | "individual"
  | "family"
  | "break"
  | "other";

export interface PlannedSegment {
  kind: SegmentKind;
  start: string;
  end: string;
}

export const segmentKind = oneOf<SegmentKind>(
  ["group", "education", "relapse_prevention", "individual", "family", "break", "other"],
  "other",
);

export const plannedSegment = object<PlannedSegment>({ kind: segmentKind, start: string, end: string });

export interface Session {
  id: string;
  clinic: string;
  start: string;
  end: string;
  door_opens: string;
  zone: string;
  segments: PlannedSegment[];
}

export const session = object<Session>({
  id: string,
  clinic: string,
  start: string,
  end: string,
  door_opens: string,
  zone: string,
  segments: list(plannedSegment),
});

export type YouState = "lobby" | "admitted" | "second_device";
export type By = "you" | "staff";

export interface You {
  participant: string;
  name: string;
  role: Role;
  state: YouState;
  muted: boolean;
  muted_by?: By;
  camera_off: boolean;
  camera_off_by?: By;
  hand: boolean;
}

const by = oneOf<By>(["you", "staff"], "you");

export const you = object<You>({
  participant: string,
  name: string,
  role,
  state: oneOf<YouState>(["lobby", "admitted", "second_device"], "lobby"),
  muted: boolean,
  muted_by: optional(by),
  camera_off: boolean,
  camera_off_by: optional(by),
  hand: boolean,
});

export interface Room {
  locked: boolean;
  held: boolean;
  /** Index into the session's segments; -1 before the start. */
  segment: number;
  until?: string;
  hands: string[];
}

export const room = object<Room>({
  locked: boolean,
  held: boolean,
  segment: number,
  until: optional(string),
  hands: list(string),
});

export interface Participant {
  id: string;
  name: string;
  role: Role;
  state: "present" | "away";
  muted: boolean;
  camera: boolean;
}

export const participant = object<Participant>({
  id: string,
  name: string,
  role,
  state: oneOf(["present", "away"], "present"),
  muted: boolean,
  camera: boolean,
});

export type BoardState = "expected" | "lobby" | "present" | "away" | "left" | "denied" | "removed";

export type BoardNotice = "outside_state" | "other";

/** What came of calling somebody who is missing. */
export const outcomes = ["called", "reached", "not_reached", "excused", "unexcused"] as const;
export type Outcome = (typeof outcomes)[number];

export interface BoardRow {
  participant: string;
  name: string;
  role: Role;
  state: BoardState;
  since?: string;
  connected: boolean;
  complete: boolean;
  place?: string;
  phone?: string;
  /** For staff before admission; anything else is none. */
  notice?: BoardNotice;
  muted: boolean;
  camera: boolean;
  second_device: boolean;
  /** Seated for this evening only. */
  guest?: boolean;
  absence?: Outcome;
}

export const boardRow = object<BoardRow>({
  participant: string,
  name: string,
  role,
  state: oneOf<BoardState>(["expected", "lobby", "present", "away", "left", "denied", "removed"], "expected"),
  since: optional(string),
  connected: boolean,
  complete: boolean,
  place: optional(string),
  phone: optional(string),
  notice: optional(oneOf<BoardNotice>(["outside_state", "other"], "other")),
  muted: boolean,
  camera: boolean,
  second_device: boolean,
  guest: optional(boolean),
  absence: optional(oneOf<Outcome>(outcomes, "called")),
});

export interface Slot {
  mid: string;
  kind: "audio" | "video" | "screen";
  /** Empty: nobody. */
  participant: string;
  generation: number;
}

export const slot = object<Slot>({
  mid: string,
  kind: oneOf(["audio", "video", "screen"], "video"),
  participant: string,
  generation: number,
});

export interface Speaker {
  participant: string;
  /** RFC 6464: 0 is loudest, 127 silence (-dBov). */
  level: number;
}

export const speaker = object<Speaker>({ participant: string, level: number });
