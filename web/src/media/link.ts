// Link keeps one working connection to the server across lost networks and
// restarted servers. It restarts ICE when it is told that the signaling is
// back, or when the other side has not proved itself for a while; never on
// Chromium's ICE state, which takes 7.6 s to notice, and never just in case,
// because the server drops the old path at once.
import type { SlotCount } from "../protocol/server.ts";
import { BrowserPeer, type Peer } from "./peer.ts";

export type LinkState = "none" | "connecting" | "up" | "lost";

export interface LinkOptions {
  /** Sends an offer, brings the answer; rejects if there is no line or the server refuses. */
  negotiate(sdp: string): Promise<string>;
  /** The state, or the set of streams, has changed. */
  changed(): void;
  /** An offer was answered; the server knows the m-lines now. */
  answered(): void;
  makePeer?: (counts: SlotCount) => Peer;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A prepared connection knows the network of its making; the phone may have walked on since. */
const FRESH_MS = 30_000;
const PATIENCE_MS = 5000;
const LOOK_MS = 250;
const WATCH_MS = 1000;
/** Chromium sends a check on a quiet path about every 2.5 s. */
const SILENT_MS = 7000;

export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

export class Link {
  state: LinkState = "none";
  peer: Peer | undefined;

  private tracks: Record<"audio" | "video", MediaStreamTrack | null> = { audio: null, video: null };
  private active = false;
  private made = 0;
  /** The peer was offered: what follows is a restart, or another peer. */
  private used = false;
  private run: AbortController | undefined;
  private readonly make: (counts: SlotCount) => Peer;
  private readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;

  constructor(private readonly options: LinkOptions) {
    this.make = options.makePeer ?? ((counts) => new BrowserPeer(counts));
    this.wait = options.wait ?? wait;
  }

  /** Makes the connection and its offer ahead of time: 60 ms that nobody waits for later. */
  async prepare(counts: SlotCount): Promise<void> {
    if (this.peer) return;
    this.peer = this.make(counts);
    this.made = Date.now();
    await this.peer.offer(false);
  }

  /** The signaling is there (again): connect, or restart what the server has kept. */
  connect(counts: SlotCount, kept: boolean): void {
    this.run?.abort();
    const stale = this.used ? !kept : Date.now() - this.made > FRESH_MS;
    if (this.peer && stale) this.renew(counts);
    const run = new AbortController();
    this.run = run;
    void this.doConnect(counts, run.signal);
  }

  /** The signaling is lost: what flows goes on flowing, but nothing can be negotiated. */
  pause(): void {
    this.run?.abort();
    this.run = undefined;
  }

  /** Before admission nothing is sent; afterwards the tracks, at once. */
  activate(active: boolean): void {
    this.active = active;
    void this.publish();
  }

  setTrack(kind: "audio" | "video", track: MediaStreamTrack | undefined): void {
    this.tracks[kind] = track ?? null;
    void this.publish();
  }

  close(): void {
    this.pause();
    this.drop();
    this.active = false;
    this.enter("none");
  }

  private async doConnect(counts: SlotCount, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.enter(this.state === "up" || this.state === "lost" ? "lost" : "connecting");
      const { peer } = this;
      const fits = peer?.counts.audio === counts.audio && peer.counts.video === counts.video;
      // A second try is always with a new connection.
      const restart = fits && attempt === 0 && this.used;
      if (!fits || (attempt > 0 && this.used)) this.renew(counts);
      if (await this.attempt(restart, signal)) return this.watch(counts, signal);
      if (!signal.aborted) await this.wait(Math.min(500 * 2 ** attempt, 4000), signal);
    }
  }

  /** One offer and its answer. True once the other side has proved itself. */
  private async attempt(restart: boolean, signal: AbortSignal): Promise<boolean> {
    const { peer } = this;
    if (!peer) return false;
    try {
      const before = restart ? await peer.proof() : "";
      const answer = await this.options.negotiate(await peer.offer(restart));
      if (signal.aborted) return false;
      await peer.answer(answer);
      this.used = true;
      this.options.answered();
      await this.publish();
      for (let waited = 0; waited < PATIENCE_MS && !signal.aborted; waited += LOOK_MS) {
        if (peer.connected() && (!restart || (await peer.proof()) !== before)) {
          if (this.peer === peer) this.enter("up");
          return true;
        }
        await this.wait(LOOK_MS, signal);
      }
    } catch {
      // Refused, or it does not fit: the next attempt is with a new connection.
      if (this.peer === peer) this.used = true;
    }
    return false;
  }

  /** Looks whether the path is alive, and starts again when it is not. */
  private async watch(counts: SlotCount, signal: AbortSignal): Promise<void> {
    let last = "";
    let silent = 0;
    while (!signal.aborted) {
      await this.wait(WATCH_MS, signal);
      if (signal.aborted || !this.peer) return;
      const proof = await this.peer.proof().catch(() => last);
      silent = proof === last ? silent + WATCH_MS : 0;
      last = proof;
      if (silent >= SILENT_MS) return this.doConnect(counts, signal);
    }
  }

  private async publish(): Promise<void> {
    const { peer, active, tracks } = this;
    if (!peer) return;
    await Promise.allSettled([
      peer.send("audio", active ? tracks.audio : null),
      peer.send("video", active ? tracks.video : null),
    ]);
  }

  private renew(counts: SlotCount): void {
    this.drop();
    this.peer = this.make(counts);
    this.made = Date.now();
    this.options.changed();
  }

  private drop(): void {
    this.peer?.close();
    this.peer = undefined;
    this.used = false;
  }

  private enter(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.changed();
  }
}
