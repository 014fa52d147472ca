// Reads a list of people as it is pasted from a table or typed by hand: one a
// line, the name first, then what looks like an address or a number. A table
// may begin with the names of its columns, in any order.

import type { Refusal } from "../../protocol/api.ts";

export interface Newcomer {
  legal_name: string;
  display_name: string;
  email: string;
  phone: string;
}

/** "Ruiz, Ana" is Ana Ruiz. */
function turned(name: string): string {
  const [last, first, more] = name.split(",").map((s) => s.trim());
  return first && last && more === undefined ? `${first} ${last}` : name.trim();
}

/** "Ana Ruiz" is "Ana R." to the others. */
export function shownName(legal: string): string {
  const [first = "", ...rest] = legal.trim().split(/\s+/);
  const last = rest.at(-1);
  return last ? `${first} ${last[0]?.toUpperCase() ?? ""}.` : first;
}

/** A display name for each that no other has: one more letter, then a number. */
export function displayNames(names: readonly string[], taken: readonly string[] = []): string[] {
  const used = new Set(taken.map((n) => n.toLowerCase()));
  return names.map((legal) => {
    const [first = "", ...rest] = legal.trim().split(/\s+/);
    const last = rest.at(-1) ?? "";
    const candidates = [1, 2, 3].filter((n) => n <= last.length).map((n) => `${first} ${last.slice(0, n)}.`);
    if (candidates.length === 0) candidates.push(first);
    for (let n = 2; n < 100; n++) candidates.push(`${candidates[0]} ${n}`);
    const free = candidates.find((c) => !used.has(c.toLowerCase())) ?? legal;
    used.add(free.toLowerCase());
    return free;
  });
}

type Read = Pick<Newcomer, "legal_name" | "email" | "phone">;
type Meaning = "first" | "last" | "name" | "email" | "phone" | "other";

/** What the head of a column says it holds. */
const heads: [RegExp, Meaning][] = [
  [/^(first|given)([ _-]?name)?$|^nombre\(?s?\)?$|^nombre de pila$/, "first"],
  [/^(last|family|sur)([ _-]?name)?$|^apellidos?$/, "last"],
  [/^((full|legal|client|patient|participant)[ _-]?)?names?$|^client$|^patient$|^participant$|^nombre (completo|legal)$|^cliente$/, "name"],
  [/^e-?mail( address)?$|^mail$|^correo( electrónico)?$/, "email"],
  [/^((mobile|cell|home)[ _-]?)?(phone|tel|telephone)([ _-]?(number|no\.?))?$|^mobile$|^cell$|^tel(é|e)fono$|^m(ó|o)vil$|^celular$/, "phone"],
];

const addressIn = /[^\s,;<>"]+@[^\s,;<>"]+/;
const dateIn = /^(\d{4}-\d{1,2}(-\d{1,2})?|\d{1,2}[.-]\d{1,2}[.-]\d{2,4})$/;
const numberIn = /(?:\+|\()?\d[\d\s().-]{5,}\d/;

/** The cells of a line of a table; a spreadsheet puts marks around some. */
function cellsOf(line: string): string[] {
  return line.split("\t").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").replaceAll(`""`, `"`).trim());
}

/** The columns of a table, if its first line names them: at least two are known, or a name is. */
function columnsOf(first: string): Meaning[] | undefined {
  const cells = cellsOf(first).map((cell): Meaning => heads.find(([is]) => is.test(cell.toLowerCase()))?.[1] ?? "other");
  const known = cells.filter((m) => m !== "other").length;
  return known >= 2 || (known === 1 && cells.length === 1 && cells[0] === "name") ? cells : undefined;
}

function fromColumns(line: string, columns: readonly Meaning[]): Read {
  const cells = cellsOf(line);
  const of = (meaning: Meaning): string => cells[columns.indexOf(meaning)] ?? "";
  const name = of("name") !== "" ? turned(of("name")) : `${of("first")} ${of("last")}`.trim();
  return { legal_name: name, email: of("email"), phone: of("phone") };
}

/** Without heads each cell is what it looks like; what looks like nothing else is the name. */
function fromCells(line: string): Read {
  const cells = cellsOf(line);
  const email = cells.find((cell) => addressIn.test(cell)) ?? "";
  const phone = cells.find((cell) => cell !== email && !dateIn.test(cell) && new RegExp(`^${numberIn.source}$`).test(cell)) ?? "";
  const name = cells.filter((cell) => cell !== "" && cell !== email && cell !== phone && !/^[\d\s/.-]+$/.test(cell));
  return { legal_name: name.length === 1 ? turned(name[0] ?? "") : name.join(" "), email: addressIn.exec(email)?.[0] ?? "", phone };
}

function fromText(line: string): Read {
  const email = addressIn.exec(line)?.[0] ?? "";
  const rest = line.replace(email, "");
  const phone = numberIn.exec(rest)?.[0] ?? "";
  const name = rest.replace(phone, "").replace(/[;<>"]+/g, " ").replace(/[\s,]+$/, "").replace(/^[\s,]+/, "").replace(/\s+/g, " ");
  return { legal_name: turned(name), email, phone: phone.trim() };
}

export function newcomers(text: string, taken: readonly string[] = []): Newcomer[] {
  const lines = text.split(/\r?\n/).filter((l) => l.trim() !== "");
  const columns = columnsOf(lines[0] ?? "");
  const rows = columns ? lines.slice(1) : lines;
  const read = rows.map((line) => (columns ? fromColumns(line, columns) : line.trim().includes("\t") ? fromCells(line) : fromText(line.trim())));
  const names = displayNames(read.map((r) => r.legal_name), taken);
  return read.map((r, i) => ({ ...r, display_name: names[i] ?? r.legal_name }));
}

const shown = ["legal_name", "display_name", "email", "phone"];

/** What was wrong with a row: the server names "persons[3].email". "" is what has no column of its own; no field is all of the row. */
export function rowFaults(refusal: Refusal | undefined): (row: number, ...fields: string[]) => string[] {
  const all = (refusal?.faults ?? []).map(({ field, message }) => ({ at: /^persons\[(\d+)\]\.?(\w*)/.exec(field), message }));
  return (row, ...fields) => [...new Set(all.flatMap(({ at, message }) => {
    if (!at || Number(at[1]) !== row) return [];
    const column = shown.includes(at[2] ?? "") ? (at[2] ?? "") : "";
    return fields.length === 0 || fields.includes(column) ? [message] : [];
  }))];
}
