// What the tabs of one browser tell each other of a sign-in. A new tab asks, and
// one that is signed in answers: so nothing is stored longer than the last tab.
// Use in one tab is use in all of the same sign-in, and its end is the end of
// all. Only pages of this origin can hear it.

const CHANNEL = "vesper.console";
/** Somebody who has an answer gives it at once; so long the new tab waits. */
const WAIT_MS = 400;

type Message =
  | { kind: "ask"; asks: string }
  | { kind: "have"; asks: string; what: string }
  | { kind: "used"; mark: string }
  | { kind: "over"; mark: string; why: string };

/** What a tab hears of its own sign-in from others. */
export interface Heard {
  used(): void;
  over(why: string): void;
}

interface Held extends Heard {
  mark: string;
  what: string;
}

export class Tabs {
  private channel: BroadcastChannel | undefined;
  private held: Held | undefined;
  private answered: ((what: string) => void) | undefined;
  private readonly id = crypto.randomUUID();

  /** Takes part until the signal. A browser without channels has tabs that don't know each other. */
  open(signal: AbortSignal): void {
    if (typeof BroadcastChannel === "undefined") return;
    const channel = new BroadcastChannel(CHANNEL);
    this.channel = channel;
    channel.addEventListener("message", (event: MessageEvent<Message>) => this.hear(event.data), { signal });
    signal.addEventListener("abort", () => {
      channel.close();
      if (this.channel === channel) this.channel = undefined;
    }, { once: true });
  }

  /** What another tab is signed in with; undefined if none says so in time. */
  ask(): Promise<string | undefined> {
    if (!this.channel) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(undefined), WAIT_MS);
      this.answered = (what) => {
        clearTimeout(late);
        resolve(what);
      };
      this.tell({ kind: "ask", asks: this.id });
    });
  }

  /** From now on this tab answers for a sign-in, and hears of it. mark names it without giving it away. */
  hold(mark: string, what: string, heard: Heard): () => void {
    const held = { mark, what, ...heard };
    this.held = held;
    return () => {
      if (this.held === held) this.held = undefined;
    };
  }

  used(mark: string): void {
    this.tell({ kind: "used", mark });
  }

  over(mark: string, why: string): void {
    this.tell({ kind: "over", mark, why });
  }

  private tell(message: Message): void {
    this.channel?.postMessage(message);
  }

  private hear(message: Message): void {
    const { held } = this;
    switch (message.kind) {
      case "ask":
        if (held) this.tell({ kind: "have", asks: message.asks, what: held.what });
        return;
      case "have":
        if (message.asks === this.id) this.answered?.(message.what);
        return;
      case "used":
        if (held?.mark === message.mark) held.used();
        return;
      case "over":
        if (held?.mark === message.mark) held.over(message.why);
        return;
      default:
        // Of a page of another version.
        message satisfies never;
    }
  }
}
