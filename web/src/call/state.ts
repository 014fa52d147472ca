// Everything a page may show of a call, as one plain object, and how the
// server's messages change it. Pure.
import type { BoardRow, Participant, Room, Session, You } from "../protocol/nouns.ts";
import type { ServerMessage, Welcome } from "../protocol/server.ts";
import type { CaptureState } from "../media/capture.ts";
import type { LinkState } from "../media/link.ts";
import { noPictures, type Pictures } from "../media/slots.ts";
import { clockFrom, type Clock } from "./clock.ts";

export type Phase =
  | "idle" // nothing was begun
  | "connecting" // the first hello is under way
  | "second_device" // the other device is being asked
  | "lobby"
  | "room"
  | "over";

/** Why it is over; a bye's code, or what hello was refused with. */
export type Ending =
  | "left" | "removed" | "denied" | "discharged" | "ended" | "replaced" | "too_late" | "too_early"
  | "no_session" | "link_unknown" | "link_revoked" | "expired";

export interface Notice {
  /** A stable code of an error, for the sentence. */
  code: string;
  /** Makes two equal notices different. */
  n: number;
}

export interface CallState {
  phase: Phase;
  /** Is there a line to the server? */
  line: "up" | "lost";
  media: LinkState;
  ending?: Ending;
  session?: Session;
  you?: You;
  room?: Room;
  /** In the order in which they came. */
  participants: readonly Participant[];
  /** Staff only. */
  board?: readonly BoardRow[];
  clock: Clock;
  pictures: Pictures;
  voices: readonly MediaStream[];
  /** The other device asks to take over; until when to answer. */
  question?: number;
  notice?: Notice;
  capture: CaptureState;
  /** Audio would play if the person allowed it by a tap. */
  silenced: boolean;
  /** The chosen loudspeaker. */
  speaker?: string;
  /** The person doesn't want to see their own picture; others still do. */
  selfHidden: boolean;
}

export const quiet: CaptureState = {
  asked: false,
  microphone: { on: true },
  camera: { on: true },
  devices: { microphones: [], cameras: [], speakers: [] },
};

export const start: CallState = {
  phase: "idle",
  line: "lost",
  media: "none",
  participants: [],
  clock: { offset: 0 },
  pictures: noPictures,
  voices: [],
  capture: quiet,
  silenced: false,
  selfHidden: false,
};

/** The other device waits so long for an answer. */
export const QUESTION_MS = 10_000;

function put<T>(all: readonly T[], one: T, key: (t: T) => string): readonly T[] {
  const at = all.findIndex((t) => key(t) === key(one));
  return at < 0 ? [...all, one] : [...all.slice(0, at), one, ...all.slice(at + 1)];
}

/** What is known of the room is forgotten by whoever is not in it. */
function outside(state: CallState): CallState {
  const { room: _room, board: _board, ...rest } = state;
  return { ...rest, participants: [], pictures: noPictures };
}

function seated(state: CallState, you: You): CallState {
  const phase: Phase = you.state === "admitted" ? "room" : you.state;
  const next = phase === "room" ? state : outside(state);
  return { ...next, you, phase };
}

export function welcomed(state: CallState, welcome: Welcome): CallState {
  const { notice: _notice, question: _question, ...rest } = state;
  return seated(
    { ...rest, line: "up", session: welcome.session, clock: clockFrom(welcome.now) },
    welcome.you,
  );
}

export function over(state: CallState, ending: Ending): CallState {
  const { question: _question, ...rest } = outside(state);
  return { ...rest, phase: "over", line: "lost", ending };
}

/** Messages that change nothing here (answers, slots, speakers) leave the state as it is. */
export function reduce(state: CallState, message: ServerMessage): CallState {
  switch (message.type) {
    case "you":
      return seated(state, message.you);
    case "state": {
      const { board: _old, ...rest } = state;
      const { room, participants, board } = message;
      return { ...rest, room, participants, ...(board && { board }) };
    }
    case "participant":
      return { ...state, participants: put(state.participants, message.participant, (p) => p.id) };
    case "gone":
      return { ...state, participants: state.participants.filter((p) => p.id !== message.participant) };
    case "room":
      return { ...state, room: message.room };
    case "board":
      return { ...state, board: put(state.board ?? [], message.row, (r) => r.participant) };
    case "device_question":
      return { ...state, question: Date.now() + QUESTION_MS };
    case "bye":
      return over(state, endingOf(message.code));
    case "error":
      return { ...state, notice: { code: message.code, n: (state.notice?.n ?? 0) + 1 } };
    case "welcome":
      return welcomed(state, message);
    case "answer":
    case "ok":
    case "slots":
    case "speakers":
      return state;
    default:
      return message satisfies never;
  }
}

const endings: readonly Ending[] = [
  "left", "removed", "denied", "discharged", "ended", "replaced", "too_late", "too_early",
  "no_session", "link_unknown", "link_revoked", "expired",
];

export function endingOf(code: string): Ending {
  if (code === "room_ended") return "ended";
  return endings.find((e) => e === code) ?? "expired";
}
