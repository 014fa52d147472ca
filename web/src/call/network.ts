// When to look at once whether the line still stands: the network came back or
// is another one, or the phone woke up.

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

export function watchNetwork(nudge: () => void, signal?: AbortSignal): void {
  const options = signal ? { signal } : {};
  window.addEventListener("online", nudge, options);
  window.addEventListener("pageshow", nudge, options);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") nudge();
  }, options);
  const { connection } = navigator as { connection?: NetworkInformation };
  // It also tells of every new estimate of the speed; only another kind of network matters.
  let type = connection?.type;
  connection?.addEventListener("change", () => {
    if (connection.type === type) return;
    type = connection.type;
    nudge();
  }, options);
}
