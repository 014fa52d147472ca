// One person's evening as a picture: the planned window, its parts, and the
// stretches of presence drawn over them. The words say the same.
import type { AttendanceRecord, SessionSummary } from "../../protocol/records.ts";
import { useConsoleWords } from "../../words/console.tsx";
import css from "./Timeline.module.css";

const WIDTH = 1000;
/** A little of what came before and after the plan is shown too. */
const MARGIN = 0.04;

export interface Bar {
  x: number;
  width: number;
}

/** Places stretches of time on the picture. What lies outside of it is cut off. */
export function bars(stretches: readonly { start?: string; end?: string }[], from: number, to: number, now: number): Bar[] {
  const place = (at: number): number => Math.min(WIDTH, Math.max(0, ((at - from) / (to - from)) * WIDTH));
  return stretches.flatMap(({ start, end }) => {
    if (start === undefined) return [];
    const x = place(Date.parse(start));
    // Two units: a short visit is a short visit, not none.
    return [{ x, width: Math.max(2, place(end === undefined ? now : Date.parse(end)) - x) }];
  });
}

export function Timeline({ record, session }: { record: AttendanceRecord; session: SessionSummary }) {
  const { t, time } = useConsoleWords();
  const [start, end] = [Date.parse(session.start), Date.parse(session.end)];
  const margin = (end - start) * MARGIN;
  const [from, to] = [start - margin, end + margin];
  const name = record.display_name;
  const said = record.intervals
    .map((i) => i.end === undefined
      ? t("console.interval.open", { start: time(i.start, session.zone) })
      : t("console.interval", { start: time(i.start, session.zone), end: time(i.end, session.zone) }))
    .join(", ");
  const label = said === "" ? t("console.timeline.none", { name }) : t("console.timeline.of", { name, intervals: said });
  // While the evening runs, its parts are the planned ones: the actual ones end now.
  const held = record.final && record.segments.some((s) => s.start !== undefined);
  const parts = held ? record.segments : (session.segments ?? [{ start: session.start, end: session.end, kind: "other" as const }]);
  return (
    <svg className={css["timeline"]} viewBox={`0 0 ${WIDTH} 40`} preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      {bars([session], from, to, to).map((b) => <rect key="plan" className={css["plan"]} x={b.x} width={b.width} y={6} height={28} />)}
      {parts.map((part, i) =>
        bars([part], from, to, to).map((b) => (
          <rect key={`${i}`} className={part.kind === "break" ? css["break"] : css["part"]} x={b.x + 1} width={Math.max(1, b.width - 2)} y={6} height={28} />
        )),
      )}
      {bars(record.intervals, from, to, Date.now()).map((b) => (
        <rect key={b.x} className={css["here"]} x={b.x} width={b.width} y={13} height={14} rx={3} />
      ))}
    </svg>
  );
}
