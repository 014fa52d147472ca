// What is put into every page before its own scripts: it keeps all peer
// connections, all messages and all breaches of the content policy, so that a
// test can count what the page itself would never show.

/** One received stream, as getStats has it. */
export interface Received {
  mid: string;
  kind: "audio" | "video";
  /** Whose it is, by the last "slots" message; empty: nobody's. */
  participant: string;
  packets: number;
  frames: number;
  freezes: number;
  energy: number;
  concealed: number;
  /** Wall time of the last packet in ms; 0: none came. */
  last: number;
}

export interface Counted {
  received: Received[];
  sentPackets: number;
  sentAudio: number;
  framesSent: number;
}

export interface Frame {
  at: number;
  text: string;
}

export interface Witness {
  peers: RTCPeerConnection[];
  sockets: WebSocket[];
  frames: Frame[];
  breaches: string[];
  /** When a peer connection came up, in ms. */
  connected: number[];
  /** Energy of the voices by participant, since listen() was called. */
  heard: Record<string, number>;
  /** The page's close() of peer connections does nothing: a client that does not obey. */
  stubborn: boolean;
  count(): Promise<Counted>;
  listen(): void;
}

declare global {
  interface Window {
    witness: Witness;
  }
}

/** Runs in the page; must not refer to anything outside of itself. */
export function install(): void {
  const owners = new Map<string, string>();
  const witness: Witness = {
    peers: [], sockets: [], frames: [], breaches: [], connected: [], heard: {}, stubborn: false,

    async count() {
      const counted: Counted = { received: [], sentPackets: 0, sentAudio: 0, framesSent: 0 };
      for (const [i, peer] of witness.peers.entries()) {
        const latest = i === witness.peers.length - 1;
        const stats = (await peer.getStats()) as unknown as Map<string, Record<string, string & number>>;
        stats.forEach((s) => {
          if (s["type"] === "outbound-rtp") {
            counted.sentPackets += s["packetsSent"] ?? 0;
            if (s["kind"] === "audio") counted.sentAudio += s["packetsSent"] ?? 0;
            counted.framesSent += s["framesSent"] ?? 0;
          }
          if (s["type"] !== "inbound-rtp") return;
          const mid = String(s["mid"]);
          counted.received.push({
            mid,
            kind: s["kind"] as unknown as "audio" | "video",
            participant: latest ? (owners.get(mid) ?? "") : "",
            packets: s["packetsReceived"] ?? 0,
            frames: s["framesDecoded"] ?? 0,
            freezes: s["freezeCount"] ?? 0,
            energy: s["totalAudioEnergy"] ?? 0,
            concealed: s["concealedSamples"] ?? 0,
            last: s["lastPacketReceivedTimestamp"] ?? 0,
          });
        });
      }
      return counted;
    },

    listen() {
      const before = new Map<string, number>();
      setInterval(() => {
        void witness.count().then(({ received }) => {
          for (const r of received) {
            if (r.kind !== "audio") continue;
            const grown = r.energy - (before.get(r.mid) ?? 0);
            before.set(r.mid, r.energy);
            if (r.participant !== "" && grown > 0) witness.heard[r.participant] = (witness.heard[r.participant] ?? 0) + grown;
          }
        });
      }, 300);
    },
  };
  window.witness = witness;

  window.addEventListener("securitypolicyviolation", (event) => {
    witness.breaches.push(`${event.violatedDirective}: ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
  });

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      witness.peers.push(this);
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") witness.connected.push(Date.now());
      });
    }

    override close(): void {
      if (!witness.stubborn) super.close();
    }
  };

  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      witness.sockets.push(this);
      this.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
        if (typeof data !== "string") return;
        witness.frames.push({ at: Date.now(), text: data });
        const message = JSON.parse(data) as { type: string; slots?: { mid: string; participant: string }[] };
        if (message.type !== "slots") return;
        for (const slot of message.slots ?? []) owners.set(slot.mid, slot.participant);
      });
    }
  };
}
