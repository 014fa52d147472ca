// What a person gives at the door, and what they are told when they leave.
import {
  boolean, dictionary, exactly, list, nullable, number, object, oneOf, optional, string,
} from "./decode.ts";
import { session, type Session } from "./nouns.ts";

export type Place = "home" | "elsewhere";

/** Where somebody is; each part as far as they said it. */
export interface Address { line?: string; city?: string; state?: string; zip?: string }

/** Whom to call in an emergency. */
export interface Contact { name?: string; phone?: string }

export interface Door {
  name: string;
  place: Place;
  address?: Address;
  phone: string;
  emergency?: Contact;
}

/** What is known of them before they say it again. */
export interface Prefill {
  name: string;
  place: Place | "";
  address?: Address;
  phone: string;
  emergency?: Contact;
}

/** What the clinic asks for, and what nobody comes in without. */
export interface Asks {
  address: "never" | "elsewhere" | "always";
  address_needed: boolean;
  emergency: boolean;
  emergency_needed: boolean;
  consent_needed: boolean;
}

/** A text of one version, by language, each a list of sentences or paragraphs. */
export interface Paper {
  version: string;
  text: Record<string, string[]>;
}

export interface Accepted { version: string; at: string }

/** By language. */
export type Texts = Record<string, string>;

/** Answered from 0 to 10. */
export interface Scale { id: string; question: Texts; low: Texts; high: Texts }

/** null: skipped. */
export interface Answer { scale: string; value: number | null }

export interface AfterRequest { secret: string; answers: Answer[] }

export interface TrendPoint { at: string; session: string; moment: "start" | "end"; value: number }
export interface Trend extends Scale { points: TrendPoint[] }

/** Somebody's own evening. What is not known is absent, never 0. */
export interface After {
  clinic: string;
  now: string;
  session?: Session;
  tonight?: { minutes: number; final: boolean };
  week?: { start: string; attended_minutes: number; prescribed_minutes?: number };
  next?: Session;
  scales?: Scale[];
  trend?: Trend[];
}

export const address = object<Address>({
  line: optional(string), city: optional(string), state: optional(string), zip: optional(string),
});
const contact = object<Contact>({ name: optional(string), phone: optional(string) });
const place = oneOf<Place | "">(["home", "elsewhere", ""], "");
const texts = dictionary(string);

export const door = object<Door>({
  name: string, place: exactly<Place>(["home", "elsewhere"]), address: optional(address), phone: string,
  emergency: optional(contact),
});

export const prefill = object<Prefill>({
  name: string, place, address: optional(address), phone: string, emergency: optional(contact),
});

export const asks = object<Asks>({
  address: oneOf(["never", "elsewhere", "always"], "elsewhere"),
  address_needed: boolean,
  emergency: boolean,
  emergency_needed: boolean,
  consent_needed: boolean,
});

export const paper = object<Paper>({ version: string, text: dictionary(list(string)) });
export const accepted = object<Accepted>({ version: string, at: string });
export const scale = object<Scale>({ id: string, question: texts, low: texts, high: texts });
export const answer = object<Answer>({ scale: string, value: nullable(number) });

export const afterRequest = object<AfterRequest>({ secret: string, answers: list(answer) });

export const trend = object<Trend>({
  id: string, question: texts, low: texts, high: texts,
  points: list(object<TrendPoint>({ at: string, session: string, moment: oneOf(["start", "end"], "start"), value: number })),
});

export const after = object<After>({
  clinic: string,
  now: string,
  session: optional(session),
  tonight: optional(object({ minutes: number, final: boolean })),
  week: optional(object<NonNullable<After["week"]>>({
    start: string, attended_minutes: number, prescribed_minutes: optional(number),
  })),
  next: optional(session),
  scales: optional(list(scale)),
  trend: optional(list(trend)),
});
