// The calls before the connection, all POST with the secret in the body.
import {
  dictionary, exactly, list, number, object, oneOf, optional, string, type Decoder,
} from "./decode.ts";
import { role, session, type Role, type Session } from "./nouns.ts";

export interface OpenRequest { secret: string }

export type DoorStatus = "open" | "early" | "late" | "ended" | "removed" | "none";
export type Place = "home" | "elsewhere";

/** What a person gives at the door. */
export interface Door {
  name: string;
  place: Place;
  address?: string;
  phone: string;
}

/** What is known of them before they do. */
export interface Prefill {
  name: string;
  place: Place | "";
  address?: string;
  phone: string;
}

export interface Rules {
  version: string;
  /** By language, each a list of sentences. */
  text: Record<string, string[]>;
}

export interface Invitation {
  clinic: string;
  now: string;
  status: DoorStatus;
  session?: Session;
  name: string;
  role: Role;
  prefill: Prefill;
  rules: Rules;
  /** Version of the rules accepted earlier. */
  accepted?: string;
}

export interface TicketRequest { secret: string; door: Door; rules: string }
export interface Ticket { ticket: string; expires: string }
export interface SignedIn {
  token: string;
  expires: string;
  clinic: string;
  name: string;
  /** Whose console it is, and what it offers. */
  clinic_id?: string;
  zone?: string;
  person?: string;
  roles?: string[];
}

/** RFC 9457. The code is stable. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  /** too_early: when to come. */
  opens?: string;
  errors?: { location: string; message: string }[];
}

const place = oneOf<Place | "">(["home", "elsewhere", ""], "");

export const openRequest = object<OpenRequest>({ secret: string });

export const invitation = object<Invitation>({
  clinic: string,
  now: string,
  status: oneOf<DoorStatus>(["open", "early", "late", "ended", "removed", "none"], "none"),
  session: optional(session),
  name: string,
  role,
  prefill: object<Prefill>({ name: string, place, address: optional(string), phone: string }),
  rules: object<Rules>({ version: string, text: dictionary(list(string)) }),
  accepted: optional(string),
});

export const ticketRequest = object<TicketRequest>({
  secret: string,
  door: object<Door>({
    name: string, place: exactly<Place>(["home", "elsewhere"]), address: optional(string), phone: string,
  }),
  rules: string,
});

export const ticket = object<Ticket>({ ticket: string, expires: string });

export const signedIn = object<SignedIn>({
  token: string, expires: string, clinic: string, name: string,
  clinic_id: optional(string), zone: optional(string), person: optional(string), roles: optional(list(string)),
});

export const problem = object<Problem>({
  title: string,
  status: number,
  detail: string,
  code: string,
  opens: optional(string),
  errors: optional(list(object({ location: string, message: string }))),
});

/** Every body of this interface, for the test that holds it against docs/protocol.md. */
export const bodies: Record<string, Decoder<unknown>> = {
  invitation, ticketRequest, ticket, signedIn, problem, openRequest,
};
