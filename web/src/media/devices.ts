// Which microphones, cameras and loudspeakers there are, and opening them.

/** Why there is no sound or picture from here. */
export type Trouble =
  | "denied" // the person or the browser said no
  | "missing" // there is none
  | "busy" // another program has it
  | "unsupported"; // the browser can't (or the page is not secure)

export type Kind = "microphone" | "camera";

export interface Device {
  id: string;
  label: string;
}

export interface DeviceList {
  microphones: Device[];
  cameras: Device[];
  speakers: Device[];
}

export interface Opened {
  track?: MediaStreamTrack;
  trouble?: Trouble;
}

export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "unsupported";
  }
}

const microphoneWish: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/** A small machine gets a small picture: three encodings of 720p are too much for an old phone. */
export function cameraWish(cores: number, width: number): MediaTrackConstraints {
  const large = cores >= 8 && width >= 900;
  return {
    width: { ideal: large ? 1280 : 640 },
    height: { ideal: large ? 720 : 360 },
    frameRate: { ideal: large ? 30 : 24, max: 30 },
    facingMode: "user",
  };
}

function wish(kind: Kind, id: string | undefined): MediaStreamConstraints {
  const base =
    kind === "microphone" ? microphoneWish : cameraWish(navigator.hardwareConcurrency, window.screen.width);
  const constraints = id ? { ...base, deviceId: { exact: id } } : base;
  return kind === "microphone" ? { audio: constraints } : { video: constraints };
}

function media(): MediaDevices | undefined {
  // Absent on a page that is not secure.
  return (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
}

/** Opens one device; falls back to the default one if the chosen one has gone. */
export async function open(kind: Kind, id?: string): Promise<Opened> {
  const devices = media();
  if (!devices) return { trouble: "unsupported" };
  try {
    const stream = await devices.getUserMedia(wish(kind, id));
    const track = stream.getTracks()[0];
    return track ? { track } : { trouble: "missing" };
  } catch (error) {
    const trouble = troubleOf(error);
    return id && trouble === "missing" ? open(kind) : { trouble };
  }
}

/** Opens microphone and camera with one question to the person; where that fails, one by one. */
export async function openBoth(ids: Partial<Record<Kind, string>>): Promise<Record<Kind, Opened>> {
  const devices = media();
  if (!devices) return { microphone: { trouble: "unsupported" }, camera: { trouble: "unsupported" } };
  try {
    const stream = await devices.getUserMedia({
      ...wish("microphone", ids.microphone),
      ...wish("camera", ids.camera),
    });
    const of = (track: MediaStreamTrack | undefined): Opened => (track ? { track } : { trouble: "missing" });
    return { microphone: of(stream.getAudioTracks()[0]), camera: of(stream.getVideoTracks()[0]) };
  } catch {
    return { microphone: await open("microphone", ids.microphone), camera: await open("camera", ids.camera) };
  }
}

/** Names are empty until the person has allowed a device. */
export async function list(): Promise<DeviceList> {
  const all = (await media()?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind): Device[] =>
    all.filter((d) => d.kind === kind && d.deviceId !== "").map((d) => ({ id: d.deviceId, label: d.label }));
  return { microphones: of("audioinput"), cameras: of("videoinput"), speakers: of("audiooutput") };
}

/** Calls back when a device is plugged in or out, until the signal ends it. */
export function watch(changed: () => void, signal: AbortSignal): void {
  media()?.addEventListener("devicechange", changed, { signal });
}
