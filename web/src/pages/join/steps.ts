// How the door asks: in one look for those who have been here, on one page where
// little is asked, else one question a screen. Pure.
import type { Invitation } from "../../protocol/http.ts";
import { faults, missing, type Answers, type Fault, type Missing } from "./answers.ts";

export type Shape = "again" | "short" | "steps";

/** A place is known of those only who said it before. */
export function shapeOf({ prefill, asks, consent, scales }: Invitation): Shape {
  if (prefill.place !== "" && prefill.phone !== "") return "again";
  const much = consent !== undefined || (scales?.length ?? 0) > 0 || asks.address === "always" || asks.address_needed
    || (asks.emergency && asks.emergency_needed);
  return much ? "steps" : "short";
}

export type Step =
  | { ask: "name" | "place" | "phone" | "emergency" | "consent" | "rules" }
  | { ask: "scale"; scale: string };

export function stepsOf({ asks, consent, scales }: Invitation): Step[] {
  return [
    { ask: "name" }, { ask: "place" }, { ask: "phone" },
    ...(asks.emergency ? [{ ask: "emergency" } as const] : []),
    ...(scales ?? []).map(({ id }) => ({ ask: "scale", scale: id }) as const),
    ...(consent ? [{ ask: "consent" } as const] : []),
    { ask: "rules" },
  ];
}

/** Where each is asked. */
const at: Record<Missing | Fault, Step["ask"]> = {
  name: "name", place: "place", address: "place", zip: "place", phone: "phone", emergency: "emergency", consent: "consent", rules: "rules",
};

/** What of a step is open. */
export function openIn({ ask }: Step, answers: Answers, invitation: Invitation): Missing[] {
  return missing(answers, invitation).filter((what) => at[what] === ask);
}

/** What of a step can't be right. */
export function faultsIn({ ask }: Step, answers: Answers, invitation: Invitation): Fault[] {
  return faults(answers, invitation).filter((what) => at[what] === ask);
}

/** The step to show: not beyond one that is not done. */
export function reached(wanted: number, steps: readonly Step[], answers: Answers, invitation: Invitation): number {
  const first = steps.findIndex((s) => openIn(s, answers, invitation).length + faultsIn(s, answers, invitation).length > 0);
  return Math.max(0, Math.min(wanted, first < 0 ? steps.length - 1 : first, steps.length - 1));
}

/** The step of a detail that the server calls "door.address.zip". */
export function stepOf(field: string, steps: readonly Step[]): number {
  const ask = /^(?:body\.)?(?:door\.)?(name|place|address|phone|emergency|consent|rules)/.exec(field)?.[1];
  return ask === undefined ? -1 : steps.findIndex((s) => s.ask === at[ask as Missing]);
}
