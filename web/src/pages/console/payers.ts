// What payers ask, as the interface has it: sets with versions.

export const ruleKinds = [
  "min_week_minutes", "max_week_minutes", "min_day_minutes", "max_day_minutes", "min_days_week", "max_days_week",
  "min_services_day", "group_size", "allowed_location", "max_audio_only_percent",
] as const;
export type RuleKind = (typeof ruleKinds)[number];

export interface PayerRule {
  id: string;
  kind: RuleKind;
  value?: number;
  day_minutes?: number;
  service_minutes?: number;
  min?: number;
  max?: number;
  per_facilitator?: number;
  locations?: ("home" | "elsewhere")[] | null;
  blocks?: boolean;
}

export const units = ["per_day", "session", "15min"] as const;

export interface BillingLine {
  code: string;
  unit: (typeof units)[number];
  kinds?: string[] | null;
  modifiers?: { audio_video?: string; audio_only?: string };
  place_of_service?: { home?: string; elsewhere?: string };
  audio_only_percent?: number;
  min_minutes_per_unit?: number;
}

export interface PayerSet {
  payer: string;
  name: string;
  version?: number;
  from?: string;
  note?: string;
  rules?: PayerRule[] | null;
  billing?: BillingLine[] | null;
}

export type NumberField = "value" | "day_minutes" | "service_minutes" | "min" | "max" | "per_facilitator";

/** Which numbers a kind of rule has. */
export function numbersOf(kind: RuleKind): readonly NumberField[] {
  switch (kind) {
    case "min_days_week":
    case "max_days_week":
      return ["value", "day_minutes"];
    case "min_services_day":
      return ["value", "service_minutes"];
    case "group_size":
      return ["min", "max", "per_facilitator"];
    case "allowed_location":
      return [];
    default:
      return ["value"];
  }
}

/** The newest version of each; the server lists all of them. */
export function newestSets<T extends PayerSet>(all: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const set of all) {
    const known = newest.get(set.payer);
    if (!known || (set.version ?? 0) > (known.version ?? 0)) newest.set(set.payer, set);
  }
  return [...newest.values()];
}

/** As the server takes it: what a kind of rule does not have is left out. */
export function tidied(set: PayerSet): PayerSet {
  const rules = (set.rules ?? []).map((rule): PayerRule => {
    const { id, kind, blocks } = rule;
    const numbers = Object.fromEntries(numbersOf(kind).filter((f) => rule[f]).map((f) => [f, rule[f]]));
    return { id, kind, ...numbers, ...(kind === "allowed_location" && { locations: rule.locations ?? [] }), ...(blocks && { blocks }) };
  });
  const { version, ...rest } = set;
  return { ...rest, rules };
}
