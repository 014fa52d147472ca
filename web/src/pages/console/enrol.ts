// Reads a list of people as it is pasted from a table or typed by hand: one a
// line, the name first, then what looks like an address or a number.

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

export function newcomers(text: string, taken: readonly string[] = []): Newcomer[] {
  const lines = text.split(/\r?\n/).map((l) => l.trim()).filter((l) => l !== "");
  const read = lines.map((line) => {
    const email = /[^\s,;<>]+@[^\s,;<>]+/.exec(line)?.[0] ?? "";
    const rest = line.replace(email, "");
    const phone = /\+?\d[\d\s().-]{5,}\d/.exec(rest)?.[0] ?? "";
    const name = rest.replace(phone, "").replace(/[\t;<>"]+/g, " ").replace(/[\s,]+$/, "").replace(/^[\s,]+/, "").replace(/\s+/g, " ");
    return { legal_name: turned(name), email, phone: phone.trim() };
  });
  const names = displayNames(read.map((r) => r.legal_name), taken);
  return read.map((r, i) => ({ ...r, display_name: names[i] ?? r.legal_name }));
}
