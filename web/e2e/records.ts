// The clinic's side of an evening: rows of attendance, and the test's own clock beside them.
import type { House } from "./house.ts";

/** One person's row of the CSV, by column name. */
export type Row = Record<string, string>;

/** One person's record of the JSON; what the tests look at. */
export interface Sheet {
  final: boolean;
  records: {
    person: string;
    display_name: string;
    seconds: number;
    reconnects: number;
    lobby_s: number;
    intervals: { start: string; end?: string }[];
    flags: string[];
  }[];
}

export function attendance(house: House): Promise<Sheet> {
  return house.read<Sheet>(`/sessions/${house.links.session}/attendance`);
}

/** The rows of the CSV by display name. The same name twice is an error. */
export async function csv(house: House): Promise<Map<string, Row>> {
  const text = await (await house.fetch(`/sessions/${house.links.session}/attendance.csv`)).text();
  const lines = parse(text);
  const from = lines.findIndex((line) => line[0] === "session" && line[1] === "person");
  const header = lines[from];
  if (!header) throw new Error(`no header in the CSV:\n${text}`);
  const rows = new Map<string, Row>();
  for (const line of lines.slice(from + 1)) {
    if (line[0] !== house.links.session) continue;
    const row = Object.fromEntries(header.map((name, i) => [name, line[i] ?? ""]));
    const name = row["display_name"] ?? "";
    if (rows.has(name)) throw new Error(`two rows of ${name}:\n${text}`);
    rows.set(name, row);
  }
  return rows;
}

/** RFC 4180. */
export function parse(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    lines.push(line);
    line = [];
  }
  return lines.filter((l) => l.length > 1);
}

/** The test's own clock of one person: when they were in, in ms. */
export class Stay {
  private sum = 0;
  private since: number | undefined;

  in(at: number): this {
    this.since = at;
    return this;
  }

  out(at: number): this {
    if (this.since !== undefined) this.sum += at - this.since;
    this.since = undefined;
    return this;
  }

  get seconds(): number {
    return this.sum / 1000;
  }
}
