// What the page says. The connection numbers the requests, so `id` is not here.
import { boolean, exactly, list, literal, number, object, optional, record, string, type Decoder } from "./decode.ts";
import { outcomes, type Outcome } from "./nouns.ts";

export interface Hello { type: "hello"; ticket?: string; resume?: string }
export interface Offer { type: "offer"; sdp: string }

/** One picture on the screen, in device pixels; 0 is not shown. */
export interface ViewTile {
  participant: string;
  kind: "video" | "screen";
  width: number;
  height: number;
}

export interface View { type: "view"; tiles: ViewTile[] }
export interface Switch { type: "microphone" | "camera"; on: boolean }
export interface Hand { type: "hand"; up: boolean }
export interface DeviceAnswer { type: "device_answer"; move: boolean }

/** A staff request about one person. */
export interface About {
  type:
    | "admit" | "deny" | "back_to_lobby" | "mute" | "stop_camera"
    | "lower_hand" | "remove" | "undo_remove" | "move_device" | "link" | "send_link";
  participant: string;
}

export interface Plain { type: "leave" | "ping" | "admit_all" | "lock" | "unlock" | "end" }
export interface NextSegment { type: "segment"; index: number }

/** Seats somebody who is not on the roster, for this evening. */
export interface Guest { type: "guest"; name: string }

/** What came of calling somebody who is missing. */
export interface Absence { type: "absence"; participant: string; outcome: Outcome }

export type ClientMessage =
  | Hello | Offer | View | Switch | Hand | DeviceAnswer | About | Plain | NextSegment | Guest | Absence;

export type ClientType = ClientMessage["type"];

/** With the number under which the answer comes. */
export type Request = ClientMessage & { id?: number };

const plain = (type: Plain["type"]) => object<Plain>({ type: literal(type) });
const about = (type: About["type"]) => object<About>({ type: literal(type), participant: string });
const onOff = (type: Switch["type"]) => object<Switch>({ type: literal(type), on: boolean });

/** Used by the tests that hold this file against docs/protocol.md, and by the fixture that plays the server. */
export const clientMessages: Record<ClientType, Decoder<ClientMessage>> = {
  hello: object<Hello>({ type: literal("hello"), ticket: optional(string), resume: optional(string) }),
  offer: object<Offer>({ type: literal("offer"), sdp: string }),
  view: object<View>({
    type: literal("view"),
    tiles: list(object<ViewTile>({
      participant: string, kind: exactly(["video", "screen"]), width: number, height: number,
    })),
  }),
  microphone: onOff("microphone"),
  camera: onOff("camera"),
  hand: object<Hand>({ type: literal("hand"), up: boolean }),
  leave: plain("leave"),
  ping: plain("ping"),
  device_answer: object<DeviceAnswer>({ type: literal("device_answer"), move: boolean }),
  admit: about("admit"),
  admit_all: plain("admit_all"),
  deny: about("deny"),
  back_to_lobby: about("back_to_lobby"),
  mute: about("mute"),
  stop_camera: about("stop_camera"),
  lower_hand: about("lower_hand"),
  lock: plain("lock"),
  unlock: plain("unlock"),
  remove: about("remove"),
  undo_remove: about("undo_remove"),
  move_device: about("move_device"),
  segment: object<NextSegment>({ type: literal("segment"), index: number }),
  end: plain("end"),
  link: about("link"),
  send_link: about("send_link"),
  guest: object<Guest>({ type: literal("guest"), name: string }),
  absence: object<Absence>({ type: literal("absence"), participant: string, outcome: exactly(outcomes) }),
};

export function decodeClient(text: string): ClientMessage | undefined {
  const value = record(JSON.parse(text) as unknown, "message");
  const type = string(value["type"], "message.type");
  return Object.hasOwn(clientMessages, type)
    ? clientMessages[type as ClientType](value, type)
    : undefined;
}
