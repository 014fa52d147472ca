// A server for the browser tests: it plays one room to one page over mocked
// HTTP and WebSocket, and answers offers with a second page that sends moving
// pictures. It follows docs/protocol.md and nothing else.
import type { Browser, Page, WebSocketRoute } from "@playwright/test";
import type { After, Scale } from "../src/protocol/door.ts";
import type { Invitation } from "../src/protocol/http.ts";
import type { BoardRow, Participant, Room, Session, Slot, You } from "../src/protocol/nouns.ts";
import type { ServerMessage } from "../src/protocol/server.ts";

const minute = 60_000;
const at = (minutes: number): string => new Date(Math.floor(Date.now() / minute) * minute + minutes * minute).toISOString();

export const session: Session = {
  id: "kq3v5t2m7a6zr4xw2ydn5c8bfe",
  clinic: "Harbor Evening Program",
  start: at(-10),
  end: at(110),
  door_opens: at(-40),
  zone: "America/New_York",
  segments: [
    { kind: "group", start: at(-10), end: at(40) },
    { kind: "break", start: at(40), end: at(50) },
    { kind: "education", start: at(50), end: at(110) },
  ],
};

export const invitation: Invitation = {
  clinic: session.clinic,
  now: at(0),
  status: "open",
  session,
  name: "Ana R.",
  role: "participant",
  prefill: { name: "Ana R.", place: "home", phone: "+1 555 0100" },
  asks: { address: "elsewhere", address_needed: false, emergency: true, emergency_needed: false, consent_needed: false },
  rules: {
    version: "1",
    text: {
      en: [
        "What is said here stays here: no recording, no screenshots, no names outside.",
        "Please be where nobody else can hear or see the group.",
        "We let each other finish. You may always pass.",
        "If you are not safe, tell staff; they can see where you are and will call you.",
      ],
      es: ["Lo que se dice aquí se queda aquí.", "Busque un lugar donde nadie más oiga al grupo."],
    },
  },
};

const urge: Scale = {
  id: "s-urge", question: { en: "How strong is the urge to use right now?", es: "¿Qué tan fuertes son las ganas de consumir ahora?" },
  low: { en: "none", es: "ninguna" }, high: { en: "very strong", es: "muy fuertes" },
};
const mood: Scale = {
  id: "s-mood", question: { en: "How is your mood?", es: "¿Cómo está su ánimo?" },
  low: { en: "very low", es: "muy bajo" }, high: { en: "very good", es: "muy bueno" },
};

/** A clinic that asks for everything, and somebody who has been there before. */
export const thorough: Invitation = {
  ...invitation,
  prefill: {
    name: "Ana R.", place: "elsewhere", phone: "+1 555 0100",
    address: { line: "12 Elm Street", city: "Albany", state: "NY", zip: "12207" },
    emergency: { name: "Rosa Ruiz", phone: "+1 555 0101" },
  },
  asks: { address: "elsewhere", address_needed: true, emergency: true, emergency_needed: true, consent_needed: true },
  accepted: { version: "1", at: at(-3 * 24 * 60) },
  consent: {
    version: "1",
    text: {
      en: ["We meet by video. It can fail, and others near you may hear.", "You may ask to meet in person at any time."],
      es: ["Nos reunimos por video. Puede fallar, y quien esté cerca puede oír.", "Puede pedir reunirse en persona cuando quiera."],
    },
  },
  scales: [urge, mood],
};

const evenings = [6, 7, 5, 5, 3, 4, 2];

/** What the goodbye tells of an evening. */
export const after: After = {
  clinic: session.clinic,
  now: at(111),
  session,
  tonight: { minutes: 118, final: true },
  week: { start: at(-3 * 24 * 60).slice(0, 10), attended_minutes: 298, prescribed_minutes: 540 },
  next: { ...session, id: "next", start: at(2 * 24 * 60 - 10), end: at(2 * 24 * 60 + 110), door_opens: at(2 * 24 * 60 - 40) },
  scales: [urge, mood],
  trend: [urge, mood].map((scale, i) => ({
    ...scale,
    points: evenings.flatMap((value, n) => {
      const start = { at: at((n - evenings.length) * 3 * 24 * 60), session: `s${n}`, moment: "start" as const, value: i === 0 ? value : 10 - value };
      return n === 2 ? [start] : [start, { ...start, moment: "end" as const, value: i === 0 ? Math.max(0, value - 2) : 9 - Math.floor(value / 2) }];
    }),
  })),
};

export const you: You = {
  participant: "p-ana", name: "Ana R.", role: "participant", state: "lobby",
  muted: false, camera_off: false, hand: false,
};

const names = ["Dana", "Luis M.", "Priya S.", "Tom W.", "Keisha B.", "Walter", "Ines F.", "Jo", "Marek P.", "Ruth A.", "Sam O."];

/** The facilitator first, then n others. */
export function people(n: number): Participant[] {
  return names.slice(0, n).map((name, i) => ({
    id: `p-${i}`,
    name,
    role: i === 0 ? "facilitator" : "participant",
    state: i === 4 ? "away" : "present",
    muted: i % 3 === 1,
    camera: i % 4 !== 3,
  }));
}

export const room: Room = { locked: false, held: false, segment: 0, until: session.segments[0]?.end ?? "", hands: [] };

export function row(part: Partial<BoardRow> & Pick<BoardRow, "participant" | "name" | "state">): BoardRow {
  return {
    role: "participant", connected: part.state === "present", complete: part.state !== "expected",
    muted: false, camera: true, second_device: false,
    ...(part.state !== "expected" && { place: "home" }), phone: "+1 555 0123", ...part,
  };
}

type Client = { type: string; id?: number; [field: string]: unknown };

export class Fake {
  /** Everything the page said, pings apart. */
  readonly said: Client[] = [];
  you: You = { ...you };
  socket: WebSocketRoute | undefined;
  connections = 0;
  /** false: a server that is away. */
  up = true;
  /** What the goodbye tells. */
  after: After = after;
  /** Refuses hello with this code. */
  refuse: string | undefined;
  answerer: Page | undefined;
  slots = { audio: 3, video: 8 };

  constructor(readonly page: Page, public opened: Invitation | { status: number; code: string } = invitation) {}

  async install(browser?: Browser): Promise<void> {
    await this.page.route("**/api/v1/invitations/open", (route) => {
      const body = this.opened;
      return "clinic" in body
        ? route.fulfill({ json: body })
        : route.fulfill({
            status: body.status, contentType: "application/problem+json",
            body: JSON.stringify({ title: "", status: body.status, code: body.code, detail: "" }),
          });
    });
    await this.page.route("**/api/v1/invitations/after", (route) => {
      const { answers } = route.request().postDataJSON() as { answers: unknown[] };
      const { scales: _asked, ...told } = this.after;
      return route.fulfill({ json: answers.length > 0 ? told : this.after });
    });
    await this.page.route("**/api/v1/invitations/ticket", (route) =>
      route.fulfill({ json: { ticket: "ticket", expires: at(1) } }));
    await this.page.routeWebSocket(/\/api\/v1\/signal$/, (ws) => {
      this.connections++;
      if (!this.up) {
        void ws.close({ code: 1001 });
        return;
      }
      this.socket = ws;
      ws.onMessage((text) => void this.hear(ws, JSON.parse(String(text)) as Client));
    });
    if (browser) {
      const answerer = await browser.newPage();
      this.answerer = answerer;
      this.page.once("close", () => void answerer.close());
      await this.answerer.goto("about:blank");
    }
  }

  tell(message: ServerMessage): void {
    this.socket?.send(JSON.stringify(message));
  }

  change(part: Partial<You>): void {
    this.you = { ...this.you, ...part };
    this.tell({ type: "you", version: 2, you: this.you });
  }

  /** Lets the page in, with so many others. */
  admit(others: Participant[], board?: BoardRow[], changes: Partial<Room> = {}): void {
    this.change({ state: "admitted" });
    const { participant: id, name, role } = this.you;
    const self: Participant = { id, name, role, state: "present", muted: this.you.muted, camera: true };
    this.tell({
      type: "state", version: 3, room: { ...room, ...changes }, participants: [...others, self], ...(board && { board }),
    });
  }

  async types(type: string): Promise<Client[]> {
    return this.said.filter((m) => m.type === type);
  }

  private async hear(ws: WebSocketRoute, message: Client): Promise<void> {
    const { type, id = 0 } = message;
    const reply = (m: object): void => ws.send(JSON.stringify(m));
    if (type !== "ping") this.said.push(message);
    switch (type) {
      case "hello":
        if (this.refuse) return reply({ type: "error", id, code: this.refuse, message: "" });
        return reply({
          type: "welcome", id, now: new Date().toISOString(), you: this.you, session,
          resume: "resume", version: 1, slots: this.slots,
        });
      case "offer":
        if (this.answerer) reply({ type: "answer", id, sdp: await this.answer(String(message["sdp"])) });
        return;
      case "view":
        return;
      case "leave":
        reply({ type: "ok", id });
        return reply({ type: "bye", code: "left", message: "" });
      case "microphone":
        reply({ type: "ok", id });
        return this.change({ muted: message["on"] === false, muted_by: "you" });
      case "camera":
        reply({ type: "ok", id });
        return this.change({ camera_off: message["on"] === false, camera_off_by: "you" });
      case "hand":
        reply({ type: "ok", id });
        return this.change({ hand: message["up"] === true });
      case "link":
      case "guest":
        return reply({ type: "ok", id, url: "https://groups.example.org/j#k7w2m9xq4trb6hn3vd8zc5fjp1sy0aeg" });
      default:
        return reply({ type: "ok", id });
    }
  }

  /** The mids of the receive slots of the last offer, by kind. */
  mids(kind: Slot["kind"]): string[] {
    const sdp = String(this.said.filter((m) => m.type === "offer").at(-1)?.["sdp"] ?? "");
    return sdp.split(/^m=/m).slice(1)
      .filter((s) => s.startsWith(kind === "audio" ? "audio" : "video") && /^a=recvonly/m.test(s))
      .map((s) => /^a=mid:(.+?)\r?$/m.exec(s)?.[1] ?? "");
  }

  /** Shows these people in the video slots. */
  show(ids: string[]): void {
    this.tell({
      type: "slots",
      slots: this.mids("video").map((mid, i) => ({ mid, kind: "video", participant: ids[i] ?? "", generation: 1 })),
    });
  }

  private answer(sdp: string): Promise<string> {
    if (!this.answerer) return Promise.resolve("");
    return this.answerer.evaluate(async (offer) => {
      const held = globalThis as unknown as { pc?: RTCPeerConnection; paint?: (i: number) => MediaStreamTrack };
      held.paint ??= (i) => {
        const canvas = document.createElement("canvas");
        canvas.width = 320;
        canvas.height = 180;
        const pen = canvas.getContext("2d");
        let n = 0;
        setInterval(() => {
          if (!pen) return;
          pen.fillStyle = `hsl(${i * 47} 30% ${30 + (n++ % 20)}%)`;
          pen.fillRect(0, 0, 320, 180);
          pen.fillStyle = "#fff";
          pen.beginPath();
          pen.arc(160, 80, 36, 0, 7);
          pen.fill();
        }, 60);
        return canvas.captureStream(15).getVideoTracks()[0] as MediaStreamTrack;
      };
      const fingerprint = /a=ice-ufrag:(\S+)/.exec(offer)?.[1];
      const known = held.pc?.remoteDescription?.sdp;
      const restart = known !== undefined && /a=fingerprint:\S+ (\S+)/.exec(known)?.[1] === /a=fingerprint:\S+ (\S+)/.exec(offer)?.[1];
      if (!restart || !fingerprint) {
        held.pc?.close();
        held.pc = new RTCPeerConnection();
      }
      const pc = held.pc as RTCPeerConnection;
      await pc.setRemoteDescription({ type: "offer", sdp: offer });
      if (!restart) {
        let i = 0;
        for (const t of pc.getTransceivers()) {
          if (t.receiver.track.kind !== "video" || !new RegExp(`a=mid:${t.mid}\\r\\n[^]*?a=recvonly`).test(offer.split(/^m=/m).find((s) => s.includes(`a=mid:${t.mid}\r\n`)) ?? "")) continue;
          t.direction = "sendonly";
          await t.sender.replaceTrack(held.paint(i++));
        }
      }
      await pc.setLocalDescription(await pc.createAnswer());
      await new Promise<void>((done) => {
        if (pc.iceGatheringState === "complete") return done();
        pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done());
        setTimeout(done, 1500);
      });
      return pc.localDescription?.sdp ?? "";
    }, sdp);
  }
}
