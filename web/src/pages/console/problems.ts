// What is wrong with a week, put together: a kind with how many it is about,
// the most urgent first, and everybody once in each.
import { many, type Week, type WeekProblem } from "../../protocol/clinic.ts";

/** In the order of urgency. */
export const problemKinds = ["not_opened", "unsigned", "guest", "hours", "payer", "not_held", "other", "unknown"] as const;
export type ProblemKind = (typeof problemKinds)[number];

/** A person or an evening, and all that is said of it. */
export interface ProblemItem {
  person?: string;
  session?: string;
  said: string[];
}

export interface ProblemGroup {
  kind: ProblemKind;
  items: ProblemItem[];
}

const kinds: readonly [code: string, kind: ProblemKind][] = [
  ["week.session.not_opened", "not_opened"], ["week.session.unsigned", "unsigned"], ["week.session.not_held", "not_held"], ["week.guest.", "guest"],
  ["week.prescribed.unknown", "unknown"], ["week.prescribed.", "hours"], ["week.payer.no_codes", "payer"], ["week.payer.", "unknown"], ["line.", "payer"], ["rule.", "payer"],
];

export function kindOf(code: string): ProblemKind {
  return kinds.find(([start]) => code.startsWith(start))?.[1] ?? "other";
}

/** An evening that is on is nothing to look at: it only says that minutes still grow. */
export const RUNNING = "week.session.running";

/** The server has the more urgent first; within a kind its order stays. */
export function grouped({ problems }: Pick<Week, "problems">, say: (p: WeekProblem) => string): ProblemGroup[] {
  const found = new Map<ProblemKind, Map<string, ProblemItem>>();
  for (const problem of many(problems)) {
    if (problem.code === RUNNING) continue;
    const kind = kindOf(problem.code);
    const items = found.get(kind) ?? new Map<string, ProblemItem>();
    found.set(kind, items);
    const { person, session } = problem;
    const said = say(problem);
    // Of a person the person, else the evening, else only what is said.
    const key = person || session || said;
    const item = items.get(key) ?? { ...(person && { person }), ...(!person && session && { session }), said: [] };
    if (!item.said.includes(said)) item.said.push(said);
    items.set(key, item);
  }
  return problemKinds.flatMap((kind) => {
    const items = found.get(kind);
    return items ? [{ kind, items: [...items.values()] }] : [];
  });
}
