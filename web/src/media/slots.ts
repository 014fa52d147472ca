// Which stream shows whom. A slot keeps its stream for the life of the
// connection, so a person's stream changes only when their slot does.
import type { Slot } from "../protocol/nouns.ts";

export interface Pictures {
  video: Readonly<Record<string, MediaStream>>;
  screen: Readonly<Record<string, MediaStream>>;
}

export const noPictures: Pictures = { video: {}, screen: {} };

export function pictures(slots: readonly Slot[], streams: ReadonlyMap<string, MediaStream>): Pictures {
  const video: Record<string, MediaStream> = {};
  const screen: Record<string, MediaStream> = {};
  for (const { kind, mid, participant } of slots) {
    const stream = streams.get(mid);
    if (!stream || participant === "" || kind === "audio") continue;
    (kind === "screen" ? screen : video)[participant] = stream;
  }
  return { video, screen };
}

/** The streams that are heard; all of them play all the time, the server fills them. */
export function voices(streams: ReadonlyMap<string, MediaStream>): MediaStream[] {
  return [...streams.values()].filter((s) => s.getAudioTracks().length > 0);
}
