// What a link opens. Early: asked again when the door opens. Out of reach:
// asked again until it is there.
import { useEffect, useState } from "react";
import { openInvitation, Refusal } from "../../protocol/api.ts";
import type { Invitation } from "../../protocol/http.ts";

export type Opening =
  | { kind: "asking" }
  | { kind: "open"; invitation: Invitation }
  | { kind: "refused"; code: string };

const AGAIN_MS = 4000;
const LOOK_MS = 30_000;

/** How long to wait before asking again; undefined: not at all. */
export function nextLook(opening: Opening): number | undefined {
  if (opening.kind === "refused") {
    return opening.code === "offline" || opening.code === "internal" ? AGAIN_MS : undefined;
  }
  if (opening.kind !== "open" || opening.invitation.status !== "early") return undefined;
  const { session, now } = opening.invitation;
  const until = session ? Date.parse(session.door_opens) - Date.parse(now) : LOOK_MS;
  return Math.min(Math.max(until, 1000), LOOK_MS);
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
        next = { kind: "refused", code: error instanceof Refusal ? error.code : "internal" };
      }
      setOpening(next);
      const wait = nextLook(next);
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
