// What the server says: one interface a message, one table of decoders.
import { boolean, list, literal, number, object, optional, record, string, type Decoder } from "./decode.ts";
import {
  boardRow, participant, room, session, slot, speaker, you,
  type BoardRow, type Participant, type Room, type Session, type Slot, type Speaker, type You,
} from "./nouns.ts";

export interface Welcome {
  type: "welcome";
  id?: number;
  /** The server's clock. */
  now: string;
  you: You;
  session: Session;
  /** Opens the next connection; kept in sessionStorage. */
  resume: string;
  version: number;
  /** How many receive-only m-lines of each kind to offer. */
  slots: SlotCount;
  /** The server still holds the media of the resumed connection: restart it. Otherwise make a new one. */
  kept?: boolean;
}

export interface SlotCount {
  audio: number;
  video: number;
}

export interface Answer { type: "answer"; id: number; sdp: string }
export interface Ok {
  type: "ok";
  id: number;
  /** Of guest: whom it made. */
  participant?: string;
  /** Of link and guest: a personal link. */
  url?: string;
}
export interface Refused { type: "error"; id?: number; code: string; message: string; opens?: string }
export interface YouChanged { type: "you"; version: number; you: You }
export interface RoomState {
  type: "state";
  version: number;
  room: Room;
  participants: Participant[];
  /** Staff only. */
  board?: BoardRow[];
}
export interface ParticipantChanged { type: "participant"; version: number; participant: Participant }
export interface Gone { type: "gone"; version: number; participant: string }
export interface RoomChanged { type: "room"; version: number; room: Room }
export interface BoardChanged { type: "board"; version: number; row: BoardRow }
export interface Slots { type: "slots"; slots: Slot[] }
export interface Speakers { type: "speakers"; speakers: Speaker[] }
export interface DeviceQuestion { type: "device_question" }
export interface Bye { type: "bye"; code: string; message: string }

export type ServerMessage =
  | Welcome | Answer | Ok | Refused | YouChanged | RoomState | ParticipantChanged | Gone
  | RoomChanged | BoardChanged | Slots | Speakers | DeviceQuestion | Bye;

export type ServerType = ServerMessage["type"];

const version = number;

export const serverMessages: { [T in ServerType]: Decoder<Extract<ServerMessage, { type: T }>> } = {
  welcome: object<Welcome>({
    type: literal("welcome"), id: optional(number), now: string, you, session, resume: string, version,
    slots: object<SlotCount>({ audio: number, video: number }), kept: optional(boolean),
  }),
  answer: object<Answer>({ type: literal("answer"), id: number, sdp: string }),
  ok: object<Ok>({
    type: literal("ok"), id: number, participant: optional(string), url: optional(string),
  }),
  error: object<Refused>({
    type: literal("error"), id: optional(number), code: string, message: string, opens: optional(string),
  }),
  you: object<YouChanged>({ type: literal("you"), version, you }),
  state: object<RoomState>({
    type: literal("state"), version, room, participants: list(participant), board: optional(list(boardRow)),
  }),
  participant: object<ParticipantChanged>({ type: literal("participant"), version, participant }),
  gone: object<Gone>({ type: literal("gone"), version, participant: string }),
  room: object<RoomChanged>({ type: literal("room"), version, room }),
  board: object<BoardChanged>({ type: literal("board"), version, row: boardRow }),
  slots: object<Slots>({ type: literal("slots"), slots: list(slot) }),
  speakers: object<Speakers>({ type: literal("speakers"), speakers: list(speaker) }),
  device_question: object<DeviceQuestion>({ type: literal("device_question") }),
  bye: object<Bye>({ type: literal("bye"), code: string, message: string }),
};

/** Decodes one message. A type that this page does not know is undefined; a known one with wrong fields throws Malformed. */
export function decodeServer(text: string): ServerMessage | undefined {
  const value = record(JSON.parse(text) as unknown, "message");
  const type = string(value["type"], "message.type");
  return Object.hasOwn(serverMessages, type)
    ? serverMessages[type as ServerType](value, type)
    : undefined;
}
