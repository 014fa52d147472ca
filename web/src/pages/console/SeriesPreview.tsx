// The evenings that a draft makes, as the server reckons them, while it is typed.
import { useEffect, useState } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Refusal } from "../../protocol/api.ts";
import { many, type Preview, type PreviewDate } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Input } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { useDesk } from "./desk.tsx";
import type { Change } from "./SeriesEditor.tsx";
import { bodyOf, type Draft } from "./series.ts";
import css from "./Console.module.css";

const PAUSE_MS = 350;

export interface Previewed {
  answer: Preview | undefined;
  refusal: Refusal | undefined;
  /** There is something to reckon. */
  asked: boolean;
}

export function usePreview(draft: Draft): Previewed {
  const { office } = useDesk();
  const body = bodyOf(draft);
  // Title and program make no dates.
  const text = body && JSON.stringify({ ...body, title: body.title || "–", program: body.program || "new" });
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const query = useQuery({
    queryKey: ["preview", settled],
    queryFn: ({ signal }) => office.post<Preview>("/series/preview", { body: JSON.parse(settled ?? "{}") as object, signal }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const refusal = query.error instanceof Refusal && settled !== undefined ? query.error : undefined;
  return { answer: settled === undefined || refusal ? undefined : query.data, refusal, asked: settled !== undefined };
}

export function SeriesPreview({ draft, change, preview }: { draft: Draft; change: Change; preview: Previewed }) {
  const { t, date, time } = useConsoleWords();
  const [moving, setMoving] = useState<string>();
  const dates = many(preview.answer?.dates);
  const held = dates.filter((d) => !d.skipped);
  const said = (): string => {
    if (!preview.asked) return t("preview.open");
    if (preview.refusal) return preview.refusal.faults[0]?.message ?? preview.refusal.detail;
    if (!preview.answer) return t("loading");
    // The dates that are listed begin today; the series may have begun before.
    const start = bodyOf(draft)?.start.slice(0, 10) ?? "";
    const first = draft.except.includes(start) || draft.moves.some((m) => m.from.startsWith(start)) ? (held[0]?.local ?? start) : start;
    const { endless, count, ends } = preview.answer;
    if (!endless && count === 0) return t("preview.none");
    const listed = dates[0]?.local.slice(0, 10) ?? "9999";
    const skipped = dates.length - held.length + draft.except.filter((d) => d < listed).length;
    const counted = endless ? t("preview.more", { first: date(first) }) : t("preview.count", { n: count, first: date(first), last: date(ends ?? first) });
    return skipped === 0 ? counted : `${counted} ${t("preview.skipped", { n: skipped })}`;
  };
  const skip = (local: string, on: boolean): void => {
    const day = local.slice(0, 10);
    change({ except: on ? [...draft.except, day].sort() : draft.except.filter((d) => d !== day) });
  };
  return (
    <section className={css["preview"]} aria-label={t("preview.head")}>
      <h2 className={css["subtitle"]}>{t("preview.head")}</h2>
      <p aria-live="polite" role="status">{said()}</p>
      <ol className={css["dates"]}>
        {dates.map((d) => (
          <li key={d.recurrence_id} className={d.skipped ? css["skipped"] : undefined}>
            <span className={css["grow"]}>
              <span className={css["day"]}>{date(d.local)}</span>{" "}
              <span className={css["soft"]}>{dateNote(d, t, time)}</span>
            </span>
            {d.moved ? (
              <Button size="small" look="quiet" short={t("undo")} onClick={() => change({ moves: draft.moves.filter((m) => m.from.slice(0, 16) !== d.recurrence_id.slice(0, 16)) })}>{t("preview.moved.undo", { date: date(d.local) })}</Button>
            ) : (
              <>
                {!d.skipped && <Button size="small" look="quiet" short={t("preview.move.short")} onClick={() => setMoving(d.recurrence_id)}>{t("preview.move", { date: date(d.local) })}</Button>}
                <Button size="small" look="quiet" short={t(d.skipped ? "undo" : "preview.skip.short")} onClick={() => skip(d.local, !d.skipped)}>
                  {t(d.skipped ? "preview.unskip" : "preview.skip", { date: date(d.local) })}
                </Button>
              </>
            )}
          </li>
        ))}
      </ol>
      {moving !== undefined && (
        <MoveDialog from={moving} onClose={() => setMoving(undefined)}
          onMove={(to) => { change({ moves: [...draft.moves, { from: moving, to }] }); setMoving(undefined); }} />
      )}
    </section>
  );
}

type Words = ReturnType<typeof useConsoleWords>;

function dateNote(d: PreviewDate, t: Words["t"], time: Words["time"]): string {
  const parts = [d.skipped ? t("preview.is.skipped") : time(d.local)];
  if (d.moved) parts.push(t("preview.is.moved"));
  if (d.note === "missing_hour" || d.note === "doubled_hour") parts.push(t(`preview.${d.note}`));
  return parts.join(" · ");
}

/** Another day and time for one evening. */
export function MoveDialog({ from, onMove, onClose, fault }: { from: string; onMove(to: string): void; onClose(): void; fault?: string | undefined }) {
  const { t, date } = useConsoleWords();
  const [day, setDay] = useState(from.slice(0, 10));
  const [clock, setClock] = useState(from.slice(11, 16));
  const whole = day !== "" && clock !== "" && `${day}T${clock}` !== from.slice(0, 16);
  return (
    <Dialog title={t("move.head", { date: date(from) })} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={!whole} onClick={() => onMove(`${day}T${clock}`)}>{t("move.button")}</Button>
      </>
    }>
      <Input type="date" label={t("move.day")} value={day} onValue={setDay} fault={fault} />
      <Input type="time" label={t("series.clock")} value={clock} onValue={setClock} />
    </Dialog>
  );
}
