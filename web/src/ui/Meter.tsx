import { useEffect, useRef } from "react";
import { meter } from "../media/meter.ts";
import { useWords } from "../words/words.tsx";
import css from "./Meter.module.css";

const LAMPS = 12;

/** Twelve small lamps that follow the voice. Drawn past React, 15 times a second. */
export function Meter({ track }: { track: MediaStreamTrack | undefined }) {
  const { t } = useWords();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element || !track) return;
    const scope = new AbortController();
    let told = -1;
    meter(track, (level) => {
      const lit = Math.round(level * LAMPS);
      if (lit === told) return;
      told = lit;
      element.style.setProperty("--lit", String(lit));
      element.setAttribute("aria-valuenow", String(lit));
    }, scope.signal);
    return () => {
      scope.abort();
      element.style.setProperty("--lit", "0");
    };
  }, [track]);
  return (
    <div
      ref={ref}
      role="meter"
      aria-label={t("check.level")}
      aria-valuemin={0}
      aria-valuemax={LAMPS}
      aria-valuenow={0}
      className={css["meter"]}
    >
      {Array.from({ length: LAMPS }, (_, i) => (
        <span key={i} className={css[`lamp${i}`]} />
      ))}
    </div>
  );
}
