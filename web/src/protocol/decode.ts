// Small decoders for what comes over the wire. A decoder takes a value of
// unknown shape and returns a typed one, or throws Malformed. Unknown fields
// are dropped; a missing or mistyped one is an error.

export class Malformed extends Error {
  override name = "Malformed";
}

export type Decoder<T> = (value: unknown, at: string) => T;

/** Fields of T: a required field has a decoder, an optional one has `optional`. */
type Fields<T> = { [K in keyof T]-?: Decoder<T[K]> };

/** Marks a decoder whose field may be missing. */
const optionals = new WeakSet<object>();

function fail(at: string, wanted: string): never {
  throw new Malformed(`${at}: ${wanted} expected`);
}

export const string: Decoder<string> = (value, at) =>
  typeof value === "string" ? value : fail(at, "text");

export const number: Decoder<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? value : fail(at, "a number");

export const boolean: Decoder<boolean> = (value, at) =>
  typeof value === "boolean" ? value : fail(at, "true or false");

export function literal<const T extends string>(want: T): Decoder<T> {
  return (value, at) => (value === want ? want : fail(at, `"${want}"`));
}

/** One of a closed list; anything else becomes `other`, so that a newer server can speak to an older page. */
export function oneOf<const T extends string>(known: readonly T[], other: T): Decoder<T> {
  return (value, at) => {
    const text = string(value, at);
    return known.find((k) => k === text) ?? other;
  };
}

/** One of a closed list; anything else is malformed. */
export function exactly<const T extends string>(known: readonly T[]): Decoder<T> {
  return (value, at) => known.find((k) => k === value) ?? fail(at, known.join(" or "));
}

/** A list. Go writes an empty one as null. */
export function list<T>(item: Decoder<T>): Decoder<T[]> {
  return (value, at) => {
    if (value === null) return [];
    if (!Array.isArray(value)) fail(at, "a list");
    return value.map((v, i) => item(v, `${at}[${i}]`));
  };
}

/** null says something of its own. */
export function nullable<T>(item: Decoder<T>): Decoder<T | null> {
  return (value, at) => (value === null ? null : item(value, at));
}

export function dictionary<T>(item: Decoder<T>): Decoder<Record<string, T>> {
  return (value, at) =>
    Object.fromEntries(Object.entries(record(value, at)).map(([k, v]) => [k, item(v, `${at}.${k}`)]));
}

export function optional<T>(item: Decoder<T>): Decoder<T> {
  const decoder: Decoder<T> = (value, at) => item(value, at);
  optionals.add(decoder);
  return decoder;
}

export function object<T extends object>(fields: Fields<T>): Decoder<T> {
  return (value, at) => {
    const from = record(value, at);
    const out: Record<string, unknown> = {};
    for (const [name, decoder] of Object.entries(fields) as [string, Decoder<unknown>][]) {
      const got = from[name];
      if (got === undefined && optionals.has(decoder)) continue;
      out[name] = decoder(got, `${at}.${name}`);
    }
    return out as T;
  };
}

export function record(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(at, "an object");
  return value as Record<string, unknown>;
}
