// The person's own microphone and camera: opened, chosen, switched on and off.
// A microphone that is off stays open but silent, so that it is back at once;
// a camera that is off is closed, so that its light goes out.
import { list, open, openBoth, watch, type DeviceList, type Kind, type Trouble } from "./devices.ts";

export interface Side {
  on: boolean;
  /** The open track; none while the camera is off or in trouble. */
  track?: MediaStreamTrack;
  trouble?: Trouble;
  /** The chosen device; none is the default one. */
  device?: string;
}

export interface CaptureState {
  /** False until the browser was asked. */
  asked: boolean;
  microphone: Side;
  camera: Side;
  devices: DeviceList;
}

const nothing: DeviceList = { microphones: [], cameras: [], speakers: [] };

export class Capture {
  state: CaptureState = {
    asked: false,
    microphone: { on: true },
    camera: { on: true },
    devices: nothing,
  };

  /** Told of every change; set by the owner. */
  changed: (state: CaptureState) => void = () => undefined;

  private scope = new AbortController();
  private asking: Promise<void> | undefined;

  /** Asks unless it was done. */
  ensure(): Promise<void> {
    return this.state.asked ? Promise.resolve() : this.ask();
  }

  /** Asks for both devices. Calls while the question is open share it. */
  ask(): Promise<void> {
    this.asking ??= this.doAsk().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async doAsk(): Promise<void> {
    const { microphone, camera } = this.state;
    const wanted = { microphone: microphone.device, camera: camera.device };
    const ids = Object.fromEntries(Object.entries(wanted).filter(([, v]) => v !== undefined));
    const got = camera.on
      ? await openBoth(ids)
      : { microphone: await open("microphone", microphone.device), camera: {} };
    this.put("microphone", got.microphone.track, got.microphone.trouble);
    this.put("camera", got.camera.track, got.camera.trouble);
    this.update({ asked: true });
    this.scope.abort();
    this.scope = new AbortController();
    watch(() => void this.refresh(), this.scope.signal);
    await this.refresh();
  }

  async microphone(on: boolean): Promise<void> {
    this.side("microphone", { on });
    const { track } = this.state.microphone;
    if (track) track.enabled = on;
    else if (on) await this.reopen("microphone");
  }

  async camera(on: boolean): Promise<void> {
    this.side("camera", { on });
    if (on && !this.state.camera.track) await this.reopen("camera");
    if (!on) this.put("camera", undefined, undefined);
  }

  async choose(kind: Kind, device: string): Promise<void> {
    this.side(kind, { device });
    if (this.state[kind].on || kind === "microphone") await this.reopen(kind);
  }

  /** Closes both devices; ask opens them again. */
  stop(): void {
    this.scope.abort();
    this.put("microphone", undefined, undefined);
    this.put("camera", undefined, undefined);
    this.update({ asked: false });
  }

  private async reopen(kind: Kind): Promise<void> {
    // Phones give a camera to one holder only: close before opening.
    this.put(kind, undefined, undefined);
    const got = await open(kind, this.state[kind].device);
    if (kind === "camera" && !this.state.camera.on) got.track?.stop();
    else this.put(kind, got.track, got.trouble);
    await this.refresh();
  }

  private put(kind: Kind, track: MediaStreamTrack | undefined, trouble: Trouble | undefined): void {
    const before = this.state[kind];
    if (before.track && before.track !== track) before.track.stop();
    if (track) {
      if (kind === "microphone") track.enabled = before.on;
      else track.contentHint = "motion";
      track.addEventListener("ended", () => this.lost(kind, track), { once: true });
    }
    const { on, device } = before;
    this.update({
      [kind]: { on, ...(device && { device }), ...(track && { track }), ...(trouble && { trouble }) },
    });
  }

  /** The device was unplugged or taken away: the default one takes over, if there is one. */
  private lost(kind: Kind, track: MediaStreamTrack): void {
    if (this.state[kind].track !== track) return;
    const { [kind]: side } = this.state;
    delete side.device;
    if (side.on) void this.reopen(kind);
    else this.put(kind, undefined, undefined);
  }

  private async refresh(): Promise<void> {
    this.update({ devices: await list() });
  }

  private side(kind: Kind, change: Partial<Side>): void {
    this.update({ [kind]: { ...this.state[kind], ...change } });
  }

  private update(change: Partial<CaptureState>): void {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }
}
