// What a link opens. Early: asked again when the door opens. Out of reach:
// asked again until it is there.
import { useEffect, useState } from "react";
import { openInvitation, Refusal } from "../../protocol/api.ts";
import type { Invitation } from "../../protocol/http.ts";

export type Opening =
  | { kind: "asking" }
  | { kind: "open"; invitation: Invitation }
  | {
    kind: "refused";
    code: string;
    /** Seconds to wait, if the server says so. */
    after?: number;
    /** When it is asked again, on this device's clock. */
    until?: number;
  };

const AGAIN_MS = 4000;
const SLOW_S = 5;
const LOOK_MS = 30_000;

/** In how many milliseconds a page tries again by itself; undefined: it does not help. */
export function againIn({ code, after }: { code: string; after?: number | undefined }): number | undefined {
  switch (code) {
    case "slow_down":
      return (after ?? SLOW_S) * 1000;
    case "offline":
    case "internal":
      return AGAIN_MS;
    default:
      return undefined;
  }
}

/** How long to wait before asking again; undefined: not at all. */
export function nextLook(opening: Opening): number | undefined {
  if (opening.kind === "refused") return againIn(opening);
  if (opening.kind !== "open" || opening.invitation.status !== "early") return undefined;
  const { session, now } = opening.invitation;
  const until = session ? Date.parse(session.door_opens) - Date.parse(now) : LOOK_MS;
  return Math.min(Math.max(until, 1000), LOOK_MS);
}

function refused(error: unknown): Opening {
  if (!(error instanceof Refusal)) return { kind: "refused", code: "internal" };
  return { kind: "refused", code: error.code, ...(error.after !== undefined && { after: error.after }) };
}

export function useInvitation(secret: string | undefined): Opening {
  const [opening, setOpening] = useState<Opening>({ kind: "asking" });
  useEffect(() => {
    if (secret === undefined) return;
    const scope = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      let next: Opening;
      try {
        next = { kind: "open", invitation: await openInvitation({ secret }, scope.signal) };
      } catch (error) {
        if (scope.signal.aborted) return;
        next = refused(error);
      }
      const wait = nextLook(next);
      setOpening(next.kind === "refused" && wait !== undefined ? { ...next, until: Date.now() + wait } : next);
      if (wait !== undefined) timer = setTimeout(() => void ask(), wait);
    };
    void ask();
    return () => {
      scope.abort();
      clearTimeout(timer);
    };
  }, [secret]);
  return secret === undefined ? { kind: "refused", code: "link_unknown" } : opening;
}
