// The calls before the connection, all POST with the secret in the body.
import {
  list, number, object, oneOf, optional, string, type Decoder,
} from "./decode.ts";
import {
  accepted, address, after, afterRequest, answer, asks, door, paper, prefill, scale,
  type Accepted, type Address, type Answer, type Asks, type Door, type Paper, type Prefill, type Scale,
} from "./door.ts";
import { role, session, type Role, type Session } from "./nouns.ts";

export interface OpenRequest { secret: string }

export type DoorStatus = "open" | "early" | "late" | "ended" | "removed" | "none";

export interface Invitation {
  clinic: string;
  now: string;
  status: DoorStatus;
  session?: Session;
  name: string;
  role: Role;
  prefill: Prefill;
  /** Where they were at home the last time. */
  home?: Address;
  asks: Asks;
  /** The ground rules. */
  rules: Paper;
  /** The present rules were accepted before. */
  accepted?: Accepted;
  /** It is due. */
  consent?: Paper;
  /** Of the start, as far as they are open. */
  scales?: Scale[];
}

export interface TicketRequest {
  secret: string;
  door: Door;
  /** The versions accepted and consented to, and in which language they were read. */
  rules: string;
  consent?: string;
  language?: string;
  answers?: Answer[];
}
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
  /** Somebody who is staff in several clinics: no token yet, choose and sign in again. */
  choices?: ClinicChoice[];
  /** Goes with the choice, where there is one. */
  secret?: string;
  /** The page that was asked for before the sign-in. */
  to?: string;
}

export interface ClinicChoice { id: string; name: string }

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

export const openRequest = object<OpenRequest>({ secret: string });

export const invitation = object<Invitation>({
  clinic: string,
  now: string,
  status: oneOf<DoorStatus>(["open", "early", "late", "ended", "removed", "none"], "none"),
  session: optional(session),
  name: string,
  role,
  prefill,
  home: optional(address),
  asks,
  rules: paper,
  accepted: optional(accepted),
  consent: optional(paper),
  scales: optional(list(scale)),
});

export const ticketRequest = object<TicketRequest>({
  secret: string,
  door,
  rules: string,
  consent: optional(string),
  language: optional(string),
  answers: optional(list(answer)),
});

export const ticket = object<Ticket>({ ticket: string, expires: string });

export const signedIn = object<SignedIn>({
  token: string, expires: string, clinic: string, name: string,
  clinic_id: optional(string), zone: optional(string), person: optional(string), roles: optional(list(string)),
  choices: optional(list(object<ClinicChoice>({ id: string, name: string }))), secret: optional(string), to: optional(string),
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
  invitation, ticketRequest, ticket, after, afterRequest, signedIn, problem, openRequest,
};
