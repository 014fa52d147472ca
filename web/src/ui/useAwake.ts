// Keeps the screen on while somebody waits or listens: a phone that goes dark
// takes its camera with it. The browser lets go when the page is hidden.
import { useEffect } from "react";

export function useAwake(wanted: boolean): void {
  useEffect(() => {
    const { wakeLock } = navigator as { wakeLock?: WakeLock };
    if (!wanted || !wakeLock) return;
    const scope = new AbortController();
    let held: WakeLockSentinel | undefined;
    const hold = async (): Promise<void> => {
      if (document.visibilityState !== "visible") return;
      try {
        const lock = await wakeLock.request("screen");
        if (scope.signal.aborted) void lock.release();
        else held = lock;
      } catch {
        // A nearly empty battery refuses; the evening goes on.
      }
    };
    void hold();
    document.addEventListener("visibilitychange", () => void hold(), { signal: scope.signal });
    return () => {
      scope.abort();
      void held?.release();
    };
  }, [wanted]);
}
