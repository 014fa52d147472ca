// How loud a microphone is, for the eye: 0 silent to 1 loud, about 15 times a second.

/** Calls back with the level until the signal ends it. */
export function meter(track: MediaStreamTrack, level: (value: number) => void, signal: AbortSignal): void {
  let context: AudioContext;
  try {
    context = new AudioContext();
  } catch {
    return; // No meter is no reason not to join.
  }
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let smooth = 0;
  const timer = setInterval(() => {
    if (context.state === "suspended") void context.resume();
    analyser.getFloatTimeDomainData(samples);
    const now = loudness(samples);
    smooth = now > smooth ? now : smooth * 0.8 + now * 0.2;
    level(smooth);
  }, 66);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    void context.close();
  });
}

/** Root mean square on a scale of 50 dB. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const s of samples) sum += s * s;
  const db = 10 * Math.log10(sum / samples.length + 1e-10);
  return Math.min(1, Math.max(0, (db + 55) / 50));
}
