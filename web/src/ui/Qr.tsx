import { useMemo } from "react";
import { qr } from "./qr.ts";
import css from "./Qr.module.css";

/** A text as a code for another device's camera. The text itself must stand beside it. */
export function Qr({ text, label }: { text: string; label: string }) {
  const squares = useMemo(() => qr(text), [text]);
  if (!squares) return null;
  const size = squares.length + 8;
  const path = squares.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : []))).join("");
  return (
    <svg className={css["qr"]} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect className={css["paper"]} width={size} height={size} />
      <path className={css["ink"]} d={path} />
    </svg>
  );
}
