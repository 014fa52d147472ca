// Which part of the evening it is, and how long it goes on.
import type { Room, Session } from "../../protocol/nouns.ts";
import { useCallState } from "../../ui/CallContext.tsx";
import { useNow } from "../../ui/useNow.ts";
import { useWords } from "../../words/words.tsx";
import css from "./Room.module.css";

/** Whole minutes left, rounded up; negative when over time. */
export function minutesLeft(until: string, now: number): number {
  return Math.ceil((Date.parse(until) - now) / 60_000);
}

/** How much of the running part is over, 0 to 1. Parts keep their planned length. */
export function progress(session: Session, room: Room, now: number): number {
  const planned = session.segments[room.segment];
  if (!planned || room.until === undefined) return 0;
  const length = Date.parse(planned.end) - Date.parse(planned.start);
  return Math.min(1, Math.max(0, 1 - (Date.parse(room.until) - now) / length));
}

export function SegmentBar() {
  const { t, time } = useWords();
  const session = useCallState((s) => s.session);
  const room = useCallState((s) => s.room);
  const now = useNow();
  if (!session || !room) return null;
  const segment = session.segments[room.segment];
  if (!segment) {
    return <p className={css["segment"]}>{t("segment.before", { time: time(session.start) })}</p>;
  }
  const left = room.until === undefined ? undefined : minutesLeft(room.until, now);
  const done = Math.round(progress(session, room, now) * 100);
  return (
    <div className={css["segment"]}>
      <p>
        <strong>{t(`segment.${segment.kind}`)}</strong>
        {left !== undefined && (
          <span className={css["soft"]}>
            {left > 0 ? t("segment.left", { minutes: left }) : t("segment.over")}
          </span>
        )}
      </p>
      <progress className={css["progress"]} max={100} value={done} aria-label={t("segment.progress")} />
    </div>
  );
}
