// A QR code (ISO/IEC 18004) of a short text: bytes, level M, versions 1 to 10.
// Enough for a personal link; longer texts have none.

/** Dark modules, by row. */
export type Squares = readonly (readonly boolean[])[];

/** By version from 1: all codewords, error correction of a block, blocks. */
const sizes: readonly (readonly [all: number, correction: number, blocks: number])[] = [
  [26, 10, 1], [44, 16, 1], [70, 26, 1], [100, 18, 2], [134, 24, 2], [172, 16, 4], [196, 18, 4], [242, 22, 4], [292, 22, 5], [346, 26, 5],
];

const exp = new Uint8Array(512);
const log = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++, x = (x << 1) ^ (x > 127 ? 0x11d : 0)) {
  exp[i] = exp[i + 255] = x;
  log[x] = i;
}

function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : (exp[(log[a] ?? 0) + (log[b] ?? 0)] ?? 0);
}

/** The Reed-Solomon remainder of a block. */
export function correction(data: readonly number[], length: number): number[] {
  let generator = [1];
  for (let i = 0; i < length; i++) {
    const next = [...generator, 0];
    generator.forEach((g, n) => (next[n + 1] = (next[n + 1] ?? 0) ^ times(g, exp[i] ?? 0)));
    generator = next;
  }
  const rest = new Array<number>(length).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (let i = 0; i < length; i++) rest[i] = (rest[i] ?? 0) ^ times(generator[i + 1] ?? 0, factor);
  }
  return rest;
}

/** The codewords of a text with their error correction, blocks interleaved. */
function codewords(bytes: Uint8Array, version: number, [all, ecc, blocks]: readonly [number, number, number]): number[] {
  const room = all - ecc * blocks;
  const bits: number[] = [];
  const put = (value: number, length: number): void => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((b) => put(b, 8));
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let i = 0; i < bits.length; i += 8) data.push(bits.slice(i, i + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  const short = Math.floor(room / blocks);
  const longer = room % blocks;
  const parts: number[][] = [];
  for (let i = 0, from = 0; i < blocks; i++) {
    const length = short + (i >= blocks - longer ? 1 : 0);
    parts.push(data.slice(from, (from += length)));
  }
  const out: number[] = [];
  for (let i = 0; i <= short; i++) for (const part of parts) if (part[i] !== undefined) out.push(part[i] ?? 0);
  const checks = parts.map((part) => correction(part, ecc));
  for (let i = 0; i < ecc; i++) for (const check of checks) out.push(check[i] ?? 0);
  return out;
}

class Grid {
  readonly dark: boolean[][];
  readonly fixed: boolean[][];
  readonly size: number;

  constructor(readonly version: number) {
    this.size = 17 + 4 * version;
    this.dark = Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
    this.fixed = Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
    for (let i = 0; i < this.size; i++) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]] as const) this.finder(x, y);
    this.alignments();
    this.format(0);
    if (version >= 7) this.versions();
  }

  set(x: number, y: number, dark: boolean): void {
    const [row, fixed] = [this.dark[y], this.fixed[y]];
    if (!row || !fixed || x < 0 || x >= this.size) return;
    row[x] = dark;
    fixed[x] = true;
  }

  private finder(x: number, y: number): void {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        this.set(x + dx, y + dy, ring !== 2 && ring !== 4);
      }
    }
  }

  private alignments(): void {
    if (this.version === 1) return;
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.ceil((this.size - 13) / (2 * count - 2)) * 2;
    const places = [6, ...Array.from({ length: count - 1 }, (_, i) => this.size - 7 - (count - 2 - i) * step)];
    const last = places.length - 1;
    places.forEach((x, i) => places.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) this.set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }));
  }

  /** Level M is 00, so the data are the mask alone. */
  format(mask: number): void {
    let rest = mask;
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (i: number): boolean => ((bits >> i) & 1) === 1;
    for (let i = 0; i <= 5; i++) this.set(8, i, bit(i));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) this.set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) this.set(this.size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) this.set(8, this.size - 15 + i, bit(i));
    this.set(8, this.size - 8, true);
  }

  private versions(): void {
    let rest = this.version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const [a, b] = [this.size - 11 + (i % 3), Math.floor(i / 3)];
      this.set(a, b, dark);
      this.set(b, a, dark);
    }
  }

  /** Writes the bits in their zigzag, from the lower right. */
  write(words: readonly number[]): void {
    let i = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const up = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.size; step++) {
        const y = up ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          const row = this.dark[y];
          if (!row || this.fixed[y]?.[x]) continue;
          row[x] = (((words[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 1;
          i++;
        }
      }
    }
  }

  /** Turns what the mask says; done twice it is as before. */
  mask(mask: number): void {
    const turned: ((x: number, y: number) => boolean)[] = [
      (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
      (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
      (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
    ];
    this.dark.forEach((row, y) => row.forEach((dark, x) => {
      if (!this.fixed[y]?.[x] && turned[mask]?.(x, y)) row[x] = !dark;
    }));
  }

  /** How hard it is to read: long runs, blocks of one colour, too much of one. */
  penalty(): number {
    const at = (x: number, y: number): boolean => this.dark[y]?.[x] ?? false;
    let [sum, dark] = [0, 0];
    for (let a = 0; a < this.size; a++) {
      for (const line of [(b: number) => at(b, a), (b: number) => at(a, b)]) {
        for (let b = 1, run = 1; b <= this.size; b++) {
          if (b < this.size && line(b) === line(b - 1)) run++;
          else {
            if (run >= 5) sum += run - 2;
            run = 1;
          }
        }
      }
      for (let b = 0; b < this.size; b++) {
        if (at(a, b)) dark++;
        if (a > 0 && b > 0 && at(a, b) === at(a - 1, b) && at(a, b) === at(a, b - 1) && at(a, b) === at(a - 1, b - 1)) sum += 3;
      }
    }
    return sum + Math.floor(Math.abs((dark * 100) / this.size ** 2 - 50) / 5) * 10;
  }
}

/** The code of a text; undefined where it is too long. */
export function qr(text: string): Squares | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = 1 + sizes.findIndex(([all, ecc, blocks], i) => bytes.length + (i < 9 ? 2 : 3) <= all - ecc * blocks);
  const size = sizes[version - 1];
  if (version === 0 || !size) return undefined;
  const grid = new Grid(version);
  grid.write(codewords(bytes, version, size));
  let best = { mask: 0, penalty: Infinity };
  for (let mask = 0; mask < 8; mask++) {
    grid.mask(mask);
    grid.format(mask);
    const penalty = grid.penalty();
    if (penalty < best.penalty) best = { mask, penalty };
    grid.mask(mask);
  }
  grid.mask(best.mask);
  grid.format(best.mask);
  return grid.dark;
}
