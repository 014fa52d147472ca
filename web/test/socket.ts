// A WebSocket without a wire, for the unit tests of the call.
import type { ClientMessage } from "../src/protocol/client.ts";

/** The other end of a WebSocket. */
export class FakeSocket extends EventTarget {
  static all: FakeSocket[] = [];
  static at(n: number): FakeSocket {
    const found = FakeSocket.all.at(n);
    if (!found) throw new Error(`no socket ${n}`);
    return found;
  }
  readyState = 0;
  sent: (ClientMessage & { id?: number })[] = [];
  constructor() {
    super();
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage & { id?: number });
  }
  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  says(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  last(type: string) {
    return this.sent.filter((m) => m.type === type).at(-1);
  }
}

export const welcome = {
  type: "welcome", now: "2026-11-23T22:20:01Z", resume: "r", version: 1, slots: { audio: 1, video: 1 },
  you: { participant: "p", name: "A", role: "participant", state: "lobby", muted: false, camera_off: false, hand: false },
  session: { id: "s", clinic: "C", start: "", end: "", door_opens: "", zone: "UTC", segments: [] },
};
