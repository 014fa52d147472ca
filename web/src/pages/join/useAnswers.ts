// What somebody has typed, kept in this tab until they are through, so that a
// reload loses nothing.
import { useEffect, useState } from "react";
import type { Memory } from "../../call/storage.ts";
import type { Invitation } from "../../protocol/http.ts";
import { prefilled, type Answers } from "./answers.ts";

/** A draft is of one evening and one version of the rules. */
function keyOf({ session, rules }: Invitation): string {
  return `${session?.id ?? ""}/${rules.version}`;
}

export function restored(kept: string | undefined, invitation: Invitation): Answers {
  const known = prefilled(invitation);
  try {
    const draft = JSON.parse(kept ?? "null") as { key?: string; answers?: Partial<Answers> } | null;
    return draft?.key === keyOf(invitation) ? { ...known, ...draft.answers } : known;
  } catch {
    return known;
  }
}

export function useAnswers(memory: Memory, invitation: Invitation): [Answers, (part: Partial<Answers>) => void] {
  const [answers, setAnswers] = useState(() => restored(memory.get("draft"), invitation));
  useEffect(() => memory.set("draft", JSON.stringify({ key: keyOf(invitation), answers })), [memory, invitation, answers]);
  return [answers, (part) => setAnswers((a) => ({ ...a, ...part }))];
}
