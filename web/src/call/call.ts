// Call is one person's evening: the conversation, the media and the state that
// the pages show. It owns both and knows no page.
import { createStore, type StoreApi } from "zustand/vanilla";
import { getTicket, Refusal } from "../protocol/api.ts";
import type { About, ClientMessage, Hello, Plain, ViewTile } from "../protocol/client.ts";
import type { TicketRequest } from "../protocol/http.ts";
import type { ServerMessage, SlotCount, Welcome } from "../protocol/server.ts";
import type { Outcome, Slot } from "../protocol/nouns.ts";
import { Capture, type CaptureState, type Side } from "../media/capture.ts";
import type { Kind } from "../media/devices.ts";
import { Link, type LinkOptions } from "../media/link.ts";
import { pictures, voices } from "../media/slots.ts";
import { Conversation } from "./conversation.ts";
import { RequestError } from "./socket.ts";
import { Speakers } from "./speakers.ts";
import { endingOf, over, reduce, start, welcomed, type CallState, type Ending } from "./state.ts";
import type { Memory } from "./storage.ts";

export interface CallOptions {
  memory: Memory;
  open(): WebSocket;
  makePeer?: LinkOptions["makePeer"];
}

/** What the server has told so far; the first offer is prepared for this. */
const USUAL: SlotCount = { audio: 8, video: 12 };
const LEAVE_MS = 1500;

export class Call {
  readonly store: StoreApi<CallState> = createStore<CallState>(() => start);
  readonly speakers = new Speakers();
  readonly capture = new Capture();

  private readonly link: Link;
  private readonly conversation: Conversation;
  private slots: readonly Slot[] = [];
  private tiles: readonly ViewTile[] = [];
  private counts: SlotCount = USUAL;
  private kept = false;
  private linked = false;
  /** What the door was given; kept so that "Come back" need not ask again. */
  private entry: TicketRequest | undefined;
  /** Begin with a ticket; otherwise with the resume token. */
  private byTicket = false;
  private ticket: string | undefined;
  /** Of the last connection. After Leave it is only shown beside a ticket, to be known as the same device. */
  private lastResume: string | undefined;
  /** A ticket was refused once; a second refusal is final. */
  private renewed = false;

  constructor(private readonly options: CallOptions) {
    this.link = new Link({
      negotiate: async (sdp) => {
        const reply = await this.conversation.request({ type: "offer", sdp });
        if (reply.type !== "answer") throw new RequestError("malformed", "No answer to an offer.");
        return reply.sdp;
      },
      changed: () => this.showMedia(),
      answered: () => this.sendView(),
      ...(options.makePeer && { makePeer: options.makePeer }),
    });
    this.conversation = new Conversation({
      open: () => options.open(),
      hello: () => this.hello(),
      welcomed: (welcome) => this.welcomed(welcome),
      message: (message) => this.receive(message),
      lost: () => {
        this.link.pause();
        this.linked = false;
        this.set({ line: "lost" });
      },
      refused: (code) => this.refused(code),
    });
    this.capture.changed = (capture) => this.captured(capture);
  }

  /** Of the personal link, for what is asked before and after the evening. */
  get secret(): string | undefined {
    return this.options.memory.get("secret");
  }

  get state(): CallState {
    return this.store.getState();
  }

  /** Makes the connection ready before anybody clicks. */
  prepare(): void {
    void this.link.prepare(USUAL).catch(() => undefined);
  }

  /** Goes through the door. Rejects with Refusal if the details are refused; then nothing has begun. */
  async enter(entry: TicketRequest): Promise<void> {
    const { ticket } = await getTicket(entry);
    this.entry = entry;
    this.ticket = ticket;
    this.lastResume ??= this.options.memory.get("resume");
    this.options.memory.set("secret", entry.secret);
    this.begin(true);
  }

  /** After a reload: goes on where this tab was. False if it was nowhere. */
  resume(): boolean {
    if (this.state.phase !== "idle") return true;
    this.lastResume = this.options.memory.get("resume");
    if (this.lastResume === undefined) return false;
    this.begin(false);
    return true;
  }

  /** After Leave, without asking again. False if there is nothing to come back with. */
  comeBack(): boolean {
    if (!this.entry && this.lastResume === undefined) return false;
    this.begin(this.entry !== undefined);
    void this.capture.ask();
    return true;
  }

  /** Back to nothing, for the join page. */
  reset(): void {
    this.conversation.stop();
    this.link.close();
    this.store.setState({ ...start, capture: this.capture.state }, true);
  }

  leave(): void {
    const done = (): void => this.end("left");
    const late = setTimeout(done, LEAVE_MS);
    this.conversation.request({ type: "leave" }).then(done, done).finally(() => clearTimeout(late));
  }

  microphone(on: boolean): void {
    void this.capture.microphone(on);
    this.ask({ type: "microphone", on }, ["not_admitted"]);
  }

  camera(on: boolean): void {
    void this.capture.camera(on);
    this.ask({ type: "camera", on }, ["not_admitted"]);
  }

  choose(kind: Kind, device: string): void {
    void this.capture.choose(kind, device);
  }

  chooseSpeaker(speaker: string): void {
    this.set({ speaker });
  }

  hand(up: boolean): void {
    this.ask({ type: "hand", up });
  }

  answerDevice(move: boolean): void {
    this.forgetQuestion();
    this.ask({ type: "device_answer", move }, ["not_now"]);
  }

  /** Nobody answered in time. */
  forgetQuestion(): void {
    const { question: _question, ...rest } = this.state;
    this.store.setState(rest, true);
  }

  hideSelf(selfHidden: boolean): void {
    this.set({ selfHidden });
  }

  /** A staff request about one person. */
  about(type: About["type"], participant: string): void {
    this.ask({ type, participant });
  }

  /** A staff request about the room. */
  room(type: Exclude<Plain["type"], "leave" | "ping">): void {
    this.ask({ type });
  }

  segment(index: number): void {
    this.ask({ type: "segment", index });
  }

  absence(participant: string, outcome: Outcome): void {
    this.ask({ type: "absence", participant, outcome });
  }

  /** The address of a fresh personal link for somebody who has lost theirs. Rejects with RequestError. */
  freshLink(participant: string): Promise<string> {
    return this.handed({ type: "link", participant });
  }

  /** Mails a fresh link to somebody who has lost theirs. Rejects with RequestError. */
  async sendLink(participant: string): Promise<void> {
    await this.conversation.request({ type: "send_link", participant });
  }

  /** A seat for this evening for somebody who is not on the list, and the address of their link. Rejects with RequestError. */
  seatGuest(name: string): Promise<string> {
    return this.handed({ type: "guest", name });
  }

  private async handed(message: ClientMessage): Promise<string> {
    const reply = await this.conversation.request(message);
    if (reply.type !== "ok" || reply.url === undefined) throw new RequestError("malformed", "No link in the answer.");
    return reply.url;
  }

  /** What is on the screen, most important first. */
  view(tiles: readonly ViewTile[]): void {
    if (JSON.stringify(tiles) === JSON.stringify(this.tiles)) return;
    this.tiles = tiles;
    this.sendView();
  }

  /** The network changed or the device woke up. */
  nudge(): void {
    this.conversation.nudge();
  }

  silenced(silenced: boolean): void {
    if (this.state.silenced !== silenced) this.set({ silenced });
  }

  private begin(byTicket: boolean): void {
    const { ending: _ending, you: _you, ...rest } = this.state;
    this.store.setState({ ...rest, phase: "connecting" }, true);
    this.byTicket = byTicket;
    this.renewed = false;
    this.conversation.start();
  }

  private async hello(): Promise<Hello> {
    const resume = this.lastResume;
    if (!this.byTicket && resume !== undefined) return { type: "hello", resume };
    if (this.ticket === undefined) {
      if (!this.entry) throw new Refusal("expired", "There is nothing to come back with.");
      this.ticket = (await getTicket(this.entry)).ticket;
    }
    const { ticket } = this;
    this.ticket = undefined; // good for one connection
    return { type: "hello", ticket, ...(resume !== undefined && { resume }) };
  }

  private refused(code: string): boolean {
    const stale = code === "resume_invalid" || code === "ticket_invalid" || code === "ticket_used";
    if (stale && this.entry && !this.renewed) {
      this.renewed = true;
      this.byTicket = true;
      return true;
    }
    this.end(stale ? "expired" : endingOf(code));
    return false;
  }

  private welcomed(welcome: Welcome): void {
    this.options.memory.set("resume", welcome.resume);
    this.lastResume = welcome.resume;
    this.byTicket = false;
    this.renewed = false;
    this.slots = [];
    this.counts = welcome.slots;
    this.kept = welcome.kept === true;
    const first = this.state.you === undefined;
    this.store.setState(welcomed(this.state, welcome), true);
    // After a reload the room still knows that we were muted: we stay so.
    if (first && welcome.you.muted) void this.capture.microphone(false);
    if (first && welcome.you.camera_off) void this.capture.camera(false);
    this.linked = false;
    this.follow();
    if (this.state.phase !== "room") return;
    this.tellSwitches(!first);
  }

  /** The server keeps the view with the media, so it is told after each answer too. */
  private sendView(): void {
    if (this.state.phase !== "room" || this.tiles.length === 0) return;
    this.conversation.send({ type: "view", tiles: [...this.tiles] });
  }

  /** Brings media in step with where the person is: one offer a connection, nothing sent before admission. */
  private follow(): void {
    const { phase } = this.state;
    this.link.activate(phase === "room");
    if (this.linked || (phase !== "lobby" && phase !== "room")) return;
    this.linked = true;
    this.link.connect(this.counts, this.kept);
  }

  private receive(message: ServerMessage): void {
    const before = this.state;
    switch (message.type) {
      case "speakers":
        this.speakers.hear(message.speakers);
        return;
      case "slots":
        this.slots = message.slots;
        this.showMedia();
        return;
      case "bye":
        this.end(endingOf(message.code));
        return;
      default:
        this.store.setState(reduce(before, message), true);
    }
    if (message.type === "you") this.youChanged(before);
  }

  private youChanged(before: CallState): void {
    const { you, phase } = this.state;
    if (!you) return;
    if (you.muted && you.muted_by === "staff") void this.capture.microphone(false);
    if (you.camera_off && you.camera_off_by === "staff") void this.capture.camera(false);
    if (phase !== before.phase) {
      this.speakers.clear();
      this.tiles = [];
      this.follow();
    }
    if (phase === "room" && before.phase !== "room") this.tellSwitches(false);
  }

  /** What was switched off outside the room, or while the line was lost, or isn't there, is off in the room too. */
  private tellSwitches(on: boolean): void {
    const { you, capture } = this.state;
    if (!you) return;
    const works = ({ on: wanted, track }: Side): boolean => wanted && (!capture.asked || track !== undefined);
    const microphone = works(capture.microphone);
    const camera = works(capture.camera);
    if (!microphone && !you.muted) this.ask({ type: "microphone", on: false });
    if (!camera && !you.camera_off) this.ask({ type: "camera", on: false });
    if (on && microphone && you.muted_by === "you") this.ask({ type: "microphone", on: true });
    if (on && camera && you.camera_off_by === "you") this.ask({ type: "camera", on: true });
  }

  private captured(capture: CaptureState): void {
    const { asked } = this.state.capture;
    this.set({ capture });
    this.link.setTrack("audio", capture.microphone.track);
    this.link.setTrack("video", capture.camera.track);
    if (capture.asked && !asked && this.state.phase === "room") this.tellSwitches(false);
  }

  private showMedia(): void {
    const streams = this.link.peer?.streams ?? new Map<string, MediaStream>();
    const inside = this.state.phase === "room";
    this.set({
      media: this.link.state,
      pictures: pictures(inside ? this.slots : [], streams),
      voices: inside ? voices(streams) : [],
    });
  }

  /** Asks; a refusal becomes a notice, unless it is expected. */
  private ask(message: ClientMessage, expected: string[] = []): void {
    this.conversation.request(message).catch((error: unknown) => {
      const code = error instanceof RequestError ? error.code : "internal";
      if (expected.includes(code)) return;
      const n = (this.state.notice?.n ?? 0) + 1;
      this.set({ notice: { code, n } });
    });
  }

  private end(ending: Ending): void {
    if (this.state.phase === "over") return;
    this.options.memory.set("resume", undefined);
    if (ending !== "left") this.lastResume = undefined;
    this.conversation.stop();
    this.link.close();
    this.capture.stop();
    this.speakers.clear();
    this.linked = false;
    this.slots = [];
    this.store.setState(over(this.state, ending), true);
  }

  private set(change: Partial<CallState>): void {
    this.store.setState(change);
  }
}
