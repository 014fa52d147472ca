// The sentence for a request that the server refused.
import type { WordId } from "../../words/en.ts";

export function refusalWords(code: string): WordId {
  switch (code) {
    case "not_allowed":
    case "not_admitted":
    case "not_there":
    case "not_now":
    case "not_invited_now":
    case "name_taken":
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
