// What the form holds, what of it is still open or can't be right, and how it
// goes to the door. Pure.
import type { Address, Asks, Contact, Place } from "../../protocol/door.ts";
import type { Invitation, TicketRequest } from "../../protocol/http.ts";
import { isPhone, isZip, stateCode, zip } from "./formats.ts";

export interface Answers {
  name: string;
  place: Place | "";
  /** Of each place, so that going back and forth loses nothing. */
  addresses: Record<Place, Required<Address>>;
  phone: string;
  emergency: Required<Contact>;
  accepted: boolean;
  consented: boolean;
  /** By scale: 0 to 10, or null for skipped. */
  scales: Record<string, number | null>;
}

export type Missing = "name" | "place" | "address" | "phone" | "emergency" | "consent" | "rules";

/** Said, but it can't be right. */
export type Fault = "phone" | "zip" | "emergency";

const nowhere: Required<Address> = { line: "", city: "", state: "", zip: "" };

function addressFrom(known: Address | undefined): Required<Address> {
  return { ...nowhere, ...known, state: stateCode(known?.state ?? "") };
}

/** What the person said the last time, for them to see again. */
export function prefilled({ prefill, home, name, accepted, rules }: Invitation): Answers {
  return {
    name: prefill.name || name,
    place: prefill.place,
    addresses: {
      home: addressFrom(home ?? (prefill.place === "home" ? prefill.address : undefined)),
      elsewhere: addressFrom(prefill.place === "elsewhere" ? prefill.address : undefined),
    },
    phone: prefill.phone,
    emergency: { name: "", phone: "", ...prefill.emergency },
    accepted: accepted?.version === rules.version,
    consented: false,
    scales: {},
  };
}

/** The address of where they are. */
export function addressOf({ place, addresses }: Pick<Answers, "place" | "addresses">): Required<Address> {
  return place === "" ? nowhere : addresses[place];
}

/** In one line. */
export function addressLine({ line, city, state, zip: code }: Required<Address>): string {
  return [line, city, `${state} ${code}`].map((part) => part.trim()).filter((part) => part !== "").join(", ");
}

/** Is somebody at that place asked for an address? */
export function asksAddress({ address }: Asks, place: Place | ""): boolean {
  return place !== "" && (address === "always" || (address === "elsewhere" && place === "elsewhere"));
}

/** What is still open, in the order of the form. */
export function missing(answers: Answers, { asks, consent }: Pick<Invitation, "asks" | "consent">): Missing[] {
  const { emergency } = answers;
  const address = addressOf(answers);
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

/** What was said and can't be right, in the order of the form. */
export function faults(answers: Answers, { asks }: Pick<Invitation, "asks">): Fault[] {
  const code = addressOf(answers).zip;
  const wrong: Fault[] = [];
  if (asksAddress(asks, answers.place) && code.trim() !== "" && !isZip(code)) wrong.push("zip");
  if (answers.phone.trim() !== "" && !isPhone(answers.phone)) wrong.push("phone");
  if (asks.emergency && answers.emergency.phone.trim() !== "" && !isPhone(answers.emergency.phone)) wrong.push("emergency");
  return wrong;
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
  const where = addressOf(answers);
  const address = asksAddress(asks, place) ? given({ ...where, zip: zip(where.zip) }) : undefined;
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
