// The sentence for a request that the server refused.
import { RequestError } from "../../call/socket.ts";
import type { WordId } from "../../words/en.ts";

export function refusalWords(code: string): WordId {
  switch (code) {
    case "not_allowed":
    case "not_admitted":
    case "not_there":
    case "not_now":
    case "not_invited_now":
    case "name_taken":
    case "no_mail":
    case "no_address":
    case "discharged":
    case "locked":
    case "room_ended":
    case "removed":
    case "lost":
      return `error.${code}`;
    default:
      return "error.internal";
  }
}

/** The code of a request that failed. */
export function refusalOf(error: unknown): string {
  return error instanceof RequestError ? error.code : "internal";
}
