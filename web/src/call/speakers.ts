// Who speaks now. It changes many times a second, so it goes past the state:
// the ring around a picture is set on its element. Slower than that, it names
// the one who has the floor, for the layout.
import type { Speaker } from "../protocol/nouns.ts";

/** Somebody has the floor after this long as the loudest, so that a cough moves no picture. */
const FLOOR_MS = 900;
/** A ring stays for as long as people breathe. */
const FADE_MS = 600;

export type Light = (participant: string, level: number) => void;

export class Speakers {
  private readonly lights = new Set<Light>();
  private readonly shining = new Map<string, ReturnType<typeof setTimeout>>();
  private candidate: { id: string; since: number } | undefined;
  floor: string | undefined;
  /** Somebody else has the floor. */
  floorChanged: () => void = () => undefined;

  /** Calls back with 0 (silent) to 1 (loud) until the signal ends it. */
  watch(light: Light, signal: AbortSignal): void {
    this.lights.add(light);
    signal.addEventListener("abort", () => this.lights.delete(light));
  }

  hear(speakers: readonly Speaker[], at: number = Date.now()): void {
    for (const { participant, level } of speakers) this.shine(participant, loudness(level));
    const first = speakers[0]?.participant;
    if (first === undefined || first === this.floor) {
      this.candidate = undefined;
      return;
    }
    if (this.candidate?.id !== first) this.candidate = { id: first, since: at };
    if (this.floor === undefined || at - this.candidate.since >= FLOOR_MS) {
      this.floor = first;
      this.candidate = undefined;
      this.floorChanged();
    }
  }

  clear(): void {
    for (const timer of this.shining.values()) clearTimeout(timer);
    this.shining.clear();
    this.floor = undefined;
    this.candidate = undefined;
  }

  private shine(id: string, level: number): void {
    clearTimeout(this.shining.get(id));
    for (const light of this.lights) light(id, level);
    this.shining.set(
      id,
      setTimeout(() => {
        this.shining.delete(id);
        for (const light of this.lights) light(id, 0);
      }, FADE_MS),
    );
  }
}

/** RFC 6464 levels (0 loudest, 127 silence) as light: -60 dB is dark. */
export function loudness(level: number): number {
  return Math.min(1, Math.max(0.15, (60 - level) / 45));
}
