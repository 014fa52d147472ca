// The HTTP interface as functions. A refusal is a Refusal with a stable code;
// a network that is not there is a Refusal with the code "offline".
import type { Decoder } from "./decode.ts";
import { after, type After, type AfterRequest } from "./door.ts";
import {
  invitation, problem, signedIn, ticket,
  type Invitation, type OpenRequest, type SignedIn, type Ticket, type TicketRequest,
} from "./http.ts";

/** A field that was wrong, and why in the server's own words. */
export interface FieldFault { field: string; message: string }

export class Refusal extends Error {
  override name = "Refusal";
  constructor(
    readonly code: string,
    readonly detail: string,
    /** too_early: when to come. */
    readonly opens?: string,
    /** incomplete: which fields. */
    readonly fields: string[] = [],
    /** The same with the reasons. */
    readonly faults: readonly FieldFault[] = [],
    /** slow_down: for how many seconds to wait. */
    readonly after?: number,
  ) {
    super(`${code}: ${detail}`);
  }
}

async function refusal(response: Response): Promise<Refusal> {
  try {
    const p = problem(await response.json(), "problem");
    return new Refusal(p.code, p.detail, p.opens, p.errors?.map((e) => e.location), [], secondsOf(response));
  } catch {
    const code = response.status === 401 ? "signed_out" : response.status === 404 ? "not_found" : "internal";
    return new Refusal(code, response.statusText);
  }
}

/** Retry-After in seconds; a date, which no server of ours sends, is none. */
function secondsOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  return Number.isInteger(seconds) && seconds > 0 ? seconds : undefined;
}

export async function call(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { cache: "no-store", credentials: "omit", ...init });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new Refusal("offline", "The server can't be reached.");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function post<T>(path: string, body: object, decode: Decoder<T>, signal?: AbortSignal): Promise<T> {
  const response = await call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return decode(await response.json(), path);
}

/** Shows what a link opens; has no effect. */
export function openInvitation(body: OpenRequest, signal?: AbortSignal): Promise<Invitation> {
  return post("/api/v1/invitations/open", body, invitation, signal);
}

/** Tells somebody of their own evening, and takes their answers at its end. */
export function readAfter(body: AfterRequest, signal?: AbortSignal): Promise<After> {
  return post("/api/v1/invitations/after", body, after, signal);
}

/** Gives the details of the door; the ticket opens one connection within a minute. */
export function getTicket(body: TicketRequest): Promise<Ticket> {
  return post("/api/v1/invitations/ticket", body, ticket);
}

/** Exchanges a staff link; with a clinic where there is a choice. */
export function signIn(secret: string, clinic?: string, signal?: AbortSignal): Promise<SignedIn> {
  return post("/api/v1/staff/signin", { secret, ...(clinic !== undefined && { clinic }) }, signedIn, signal);
}

/** Reads JSON with the staff token. */
export async function read<T>(token: string, path: string, decode: Decoder<T>, signal?: AbortSignal): Promise<T> {
  const response = await call(path, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
    signal: signal ?? null,
  });
  return decode(await response.json(), path);
}

/** Reads a file with the staff token. */
export async function download(token: string, path: string): Promise<{ blob: Blob; name: string | undefined }> {
  const response = await call(path, { headers: { Authorization: `Bearer ${token}` } });
  const name = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return { blob: await response.blob(), name };
}
