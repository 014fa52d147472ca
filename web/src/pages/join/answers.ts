// What the form holds, what of it is still open, and how it goes to the door.
import type { Address, Asks, Contact, Place } from "../../protocol/door.ts";
import type { Invitation, TicketRequest } from "../../protocol/http.ts";

export interface Answers {
  name: string;
  place: Place | "";
  address: Required<Address>;
  phone: string;
  emergency: Required<Contact>;
  accepted: boolean;
  consented: boolean;
  /** By scale: 0 to 10, or null for skipped. */
  scales: Record<string, number | null>;
}

export type Missing = "name" | "place" | "address" | "phone" | "emergency" | "consent" | "rules";

const nowhere = { line: "", city: "", state: "", zip: "" };

/** What the person said the last time, for them to see again. */
export function prefilled({ prefill, name, accepted, rules }: Invitation): Answers {
  return {
    name: prefill.name || name,
    place: prefill.place,
    address: { ...nowhere, ...prefill.address },
    phone: prefill.phone,
    emergency: { name: "", phone: "", ...prefill.emergency },
    accepted: accepted?.version === rules.version,
    consented: false,
    scales: {},
  };
}

/** Is somebody at that place asked for an address? */
export function asksAddress({ address }: Asks, place: Place | ""): boolean {
  return address === "always" || (address === "elsewhere" && place === "elsewhere");
}

/** What is still open, in the order of the form. */
export function missing(answers: Answers, { asks, consent }: Pick<Invitation, "asks" | "consent">): Missing[] {
  const { address, emergency } = answers;
  const empty = (...texts: string[]): boolean => texts.some((text) => text.trim() === "");
  const open: Missing[] = [];
  if (empty(answers.name)) open.push("name");
  if (answers.place === "") open.push("place");
  if (asks.address_needed && asksAddress(asks, answers.place) && empty(address.line, address.city, address.state)) open.push("address");
  if (empty(answers.phone)) open.push("phone");
  if (asks.emergency && asks.emergency_needed && empty(emergency.name, emergency.phone)) open.push("emergency");
  if (consent && asks.consent_needed && !answers.consented) open.push("consent");
  if (!answers.accepted) open.push("rules");
  return open;
}

/** Texts without spaces around them; undefined if there is none. */
function given<T extends Record<string, string>>(texts: T): Partial<T> | undefined {
  const said = Object.entries(texts).map(([k, v]) => [k, v.trim()] as const).filter(([, v]) => v !== "");
  return said.length > 0 ? (Object.fromEntries(said) as Partial<T>) : undefined;
}

/** The request for a ticket; undefined while the place is not said. A question that was left alone is skipped. */
export function request(secret: string, answers: Answers, invitation: Invitation, language: string): TicketRequest | undefined {
  const { asks, rules, consent, scales } = invitation;
  const { place } = answers;
  if (place === "") return undefined;
  const address = asksAddress(asks, place) ? given({ ...answers.address }) : undefined;
  const emergency = asks.emergency ? given({ ...answers.emergency }) : undefined;
  return {
    secret,
    door: {
      name: answers.name.trim(), place, phone: answers.phone.trim(),
      ...(address && { address }), ...(emergency && { emergency }),
    },
    rules: rules.version,
    ...(consent && answers.consented && { consent: consent.version }),
    language,
    ...(scales && { answers: scales.map(({ id }) => ({ scale: id, value: answers.scales[id] ?? null })) }),
  };
}
