// How long a sign-in has been left alone. The server ends it by itself; this
// tells when that is near, so that the page can ask, and clears the page in
// time. Time is the wall clock: a machine that slept was left alone too.

/** A call so soon after an input is the person's own; others are the page's. */
const OWN_MS = 5_000;
/** Input keeps the sign-in alive at most this often; what was kept elsewhere is looked at as often. */
const KEEP_MS = 60_000;
/** The page asks so long before the end. */
export const ASK_MS = 60_000;
/** The server has the last word a moment after our own reckoning. */
const LATE_MS = 1_000;

export interface IdleOptions {
  /** A light call that counts as use. */
  keep(): void;
  /** Whether the server still takes the sign-in: it may be in use elsewhere. This does not count as use. */
  alive(): Promise<boolean>;
  /** It is over. */
  over(): void;
  /** It was used here; other tabs of the same sign-in may want to know. */
  used?(): void;
  now?(): number;
}

export class Idle {
  private after: number | undefined;
  private input: number;
  private use: number;
  private looked = -Infinity;
  private asks = false;
  private readonly now: () => number;
  private readonly heard = new Set<() => void>();

  constructor(private readonly options: IdleOptions) {
    this.now = options.now ?? Date.now;
    // Who opens the page is there.
    this.input = this.use = this.now();
  }

  /** The page asks whether anybody is there. */
  get asking(): boolean {
    return this.asks;
  }

  subscribe(tell: () => void): () => void {
    this.heard.add(tell);
    return () => this.heard.delete(tell);
  }

  /** A sign-in that nobody uses ends after so long. */
  endsAfter(ms: number): void {
    this.after = ms;
    this.look();
  }

  /** Whether a call that goes out now is the person's own; if so it counts as use. */
  own(): boolean {
    const now = this.now();
    if (now - this.input > OWN_MS) return false;
    this.use = now;
    this.options.used?.();
    return true;
  }

  /** Another tab of the same sign-in was used. */
  elsewhere(): void {
    this.use = this.now();
    this.look();
  }

  /** Somebody touched the page. Once it asks, only the answer counts. */
  touched(): void {
    this.look();
    if (this.asks) return;
    this.input = this.now();
    if (this.input - this.use >= KEEP_MS) this.keep();
  }

  /** The answer: somebody is there. */
  stay(): void {
    this.input = this.now();
    this.keep();
  }

  /** Looks at the clock; called about once a second. */
  look(): void {
    if (this.after === undefined) return;
    const left = this.use + this.after - this.now();
    if (left > -LATE_MS) this.ask(left <= ASK_MS);
    else if (this.now() - this.looked >= KEEP_MS) void this.finish();
  }

  /** Calls look until the signal. */
  run(signal: AbortSignal): void {
    const timer = setInterval(() => this.look(), 1000);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  private keep(): void {
    this.use = this.now();
    this.options.used?.();
    this.options.keep();
    this.look();
  }

  private async finish(): Promise<void> {
    this.looked = this.now();
    if (await this.options.alive()) this.ask(false);
    else this.options.over();
  }

  private ask(asks: boolean): void {
    if (asks === this.asks) return;
    this.asks = asks;
    for (const tell of this.heard) tell();
  }
}
