// Asks whether anybody is there, before the sign-in ends by itself.
import { useEffect, useSyncExternalStore } from "react";
import type { Idle } from "../../call/idle.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { useDesk } from "./desk.tsx";

/** What a person does, and a page by itself can't. */
const inputs = ["pointerdown", "pointermove", "keydown", "wheel", "click"] as const;

function watchInput(idle: Idle, signal: AbortSignal): void {
  let [x, y] = [NaN, NaN];
  const touched = (event: Event): void => {
    if (!event.isTrusted) return;
    // A page that moves under a pointer at rest tells of a move, too.
    if (event instanceof PointerEvent && event.type === "pointermove") {
      const moved = event.screenX !== x || event.screenY !== y;
      [x, y] = [event.screenX, event.screenY];
      if (!moved) return;
    }
    idle.touched();
  };
  for (const input of inputs) window.addEventListener(input, touched, { signal, capture: true, passive: true });
  // The browser's own buttons are no part of the page.
  window.addEventListener("popstate", () => idle.touched(), { signal });
  document.addEventListener("visibilitychange", () => idle.look(), { signal });
}

export function StillThere({ idle }: { idle: Idle }) {
  const { t } = useConsoleWords();
  const { signOut } = useDesk();
  const asking = useSyncExternalStore((tell) => idle.subscribe(tell), () => idle.asking);
  useEffect(() => {
    const scope = new AbortController();
    watchInput(idle, scope.signal);
    idle.run(scope.signal);
    return () => scope.abort();
  }, [idle]);
  if (!asking) return null;
  const stay = (): void => idle.stay();
  return (
    <Dialog title={t("idle.head")} onClose={stay} actions={
      <>
        <Button look="lamp" onClick={stay}>{t("idle.stay")}</Button>
        <Button look="quiet" onClick={signOut}>{t("console.signout")}</Button>
      </>
    }>
      <p>{t("idle.text")}</p>
    </Dialog>
  );
}
