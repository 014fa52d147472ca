// One PeerConnection: the microphone and the camera that we send, and the
// slots that we receive into. We always offer, there is no trickle, and the
// m-lines never change: who is in which slot is told beside the media.
import type { SlotCount } from "../protocol/server.ts";
import { fingerprints, withDtx } from "./sdp.ts";

/** What Link needs of a connection; tests bring their own. */
export interface Peer {
  readonly counts: SlotCount;
  /** The received streams by mid; known once there is an offer. */
  readonly streams: ReadonlyMap<string, MediaStream>;
  /** An offer with fresh ICE credentials if restart. */
  offer(restart: boolean): Promise<string>;
  /** Applies the answer; rejects if it doesn't fit this connection. */
  answer(sdp: string): Promise<void>;
  send(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void>;
  /** Changes whenever the other side has proved that it is there. */
  proof(): Promise<string>;
  connected(): boolean;
  close(): void;
}

const encodings: RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 120_000, maxFramerate: 30 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 400_000, maxFramerate: 30 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_200_000, maxFramerate: 30 },
];

function prefer(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  if (!("setCodecPreferences" in transceiver)) return;
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const chosen = codecs.filter((c) => wanted.includes(c.mimeType.toLowerCase()));
  if (chosen.length > 0) transceiver.setCodecPreferences(chosen);
}

export class BrowserPeer implements Peer {
  readonly streams = new Map<string, MediaStream>();
  private readonly pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  private readonly senders: Record<"audio" | "video", RTCRtpSender>;
  private answered: string | undefined;

  constructor(readonly counts: SlotCount) {
    // The senders have no track until the person was let in: nothing leaves this device before.
    const microphone = this.pc.addTransceiver("audio", { direction: "sendonly" });
    const camera = this.pc.addTransceiver("video", { direction: "sendonly", sendEncodings: encodings });
    prefer(microphone, "audio");
    prefer(camera, "video");
    this.senders = { audio: microphone.sender, video: camera.sender };
    for (const kind of ["audio", "video"] as const) {
      for (let i = 0; i < counts[kind]; i++) {
        prefer(this.pc.addTransceiver(kind, { direction: "recvonly" }), kind);
      }
    }
  }

  async offer(restart: boolean): Promise<string> {
    // Prepared before the click, and not yet answered: it is still good.
    if (this.pc.signalingState === "have-local-offer" && !restart && this.pc.localDescription) {
      return this.pc.localDescription.sdp;
    }
    const offer = await this.pc.createOffer({ iceRestart: restart });
    await this.pc.setLocalDescription(offer);
    for (const t of this.pc.getTransceivers()) {
      if (t.direction === "recvonly" && t.mid !== null && !this.streams.has(t.mid)) {
        this.streams.set(t.mid, new MediaStream([t.receiver.track]));
      }
    }
    return offer.sdp ?? "";
  }

  async answer(sdp: string): Promise<void> {
    const prints = fingerprints(sdp);
    if (this.answered !== undefined && this.answered !== prints) {
      throw new Error("the answer comes from another server process");
    }
    await this.pc.setRemoteDescription({ type: "answer", sdp: withDtx(sdp) });
    this.answered = prints;
  }

  async send(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void> {
    const sender = this.senders[kind];
    if (sender.track !== track) await sender.replaceTrack(track);
  }

  async proof(): Promise<string> {
    const stats = await this.pc.getStats();
    let selected: string | undefined;
    stats.forEach((report: { type: string; selectedCandidatePairId?: string }) => {
      if (report.type === "transport") selected = report.selectedCandidatePairId ?? selected;
    });
    let proof = "";
    stats.forEach((report: RTCIceCandidatePairStats & { selected?: boolean }) => {
      if (report.type !== "candidate-pair") return;
      if (report.id !== selected && !report.selected) return;
      proof += `${report.id}:${report.responsesReceived ?? 0}:${report.bytesReceived ?? 0};`;
    });
    return proof;
  }

  connected(): boolean {
    return this.pc.connectionState === "connected";
  }

  close(): void {
    this.pc.close();
    this.streams.clear();
  }
}
