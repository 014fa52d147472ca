// The evenings of a series. Each can be skipped, moved or given to another
// facilitator, and each of that can be undone.
import { useState } from "react";
import { Link } from "wouter";
import { many, type ListedSession, type Series } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { dateIn, localIn, startOf, addDays } from "./dates.ts";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { MoveDialog } from "./SeriesPreview.tsx";
import { SubstituteDialog } from "./SubstituteDialog.tsx";
import { SessionState } from "./SessionState.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

type Deed =
  | { do: "skip" | "unskip"; date: string }
  | { do: "move"; from: string; to: string }
  | { do: "unmove"; from: string }
  | { do: "cancel" | "restore"; session: string; date: string };

/** What undoes a deed. */
function undoing(deed: Deed): Deed {
  switch (deed.do) {
    case "skip":
      return { do: "unskip", date: deed.date };
    case "unskip":
      return { do: "skip", date: deed.date };
    case "move":
      return { do: "unmove", from: deed.from };
    case "unmove":
      return deed;
    case "cancel":
      return { ...deed, do: "restore" };
    case "restore":
      return { ...deed, do: "cancel" };
  }
}

function useDeeds(id: string) {
  return useSend(async (office, deed: Deed) => {
    switch (deed.do) {
      case "skip":
        await office.post("/series/{id}/skip", { path: { id }, body: { date: deed.date } });
        break;
      case "unskip":
        await office.delete("/series/{id}/skip/{date}", { path: { id, date: deed.date } });
        break;
      case "move":
        await office.post("/series/{id}/move", { path: { id }, body: { from: deed.from, to: deed.to } });
        break;
      case "unmove":
        await office.delete("/series/{id}/moves/{from}", { path: { id, from: deed.from } });
        break;
      default:
        await office.post(`/sessions/{id}/${deed.do}`, { path: { id: deed.session } });
    }
    return deed;
  }, ["series", "sessions", "week"]);
}

export function SeriesEvenings({ series }: { series: Series }) {
  const { t, date, time, locale } = useConsoleWords();
  const { may } = useDesk();
  const [done, setDone] = useState<Deed>();
  const [moving, setMoving] = useState<string>();
  const [substitute, setSubstitute] = useState<ListedSession>();
  const today = dateIn(series.zone);
  const query = { from: startOf(today, series.zone), to: startOf(addDays(today, 120), series.zone), limit: 1000 };
  const list = useRead<{ sessions: ListedSession[] | null }>("sessions", "/sessions", { query });
  const deeds = useDeeds(series.id);
  const run = async (deed: Deed): Promise<void> => {
    setMoving(undefined);
    setDone(await deeds.run(deed));
  };
  const local = (s: ListedSession): string => localIn(series.zone, new Date(s.start));
  const movedFrom = (s: ListedSession): string | undefined => many(series.moves).find((m) => m.to.slice(0, 16) === local(s))?.from;
  const columns: Column<ListedSession>[] = [
    { id: "date", head: t("console.date"), names: true, number: true, sort: (s) => s.start, cell: (s) => <Link href={`/console/sessions/${s.id}`}>{date(s.start, s.zone)}</Link> },
    { id: "time", head: t("console.time"), number: true, cell: (s) => t("console.interval", { start: time(s.start, s.zone), end: time(s.end, s.zone) }) },
    {
      id: "status", number: true, head: t("console.status"), sort: (s) => s.status,
      cell: (s) => <><SessionState session={s} />{movedFrom(s) && <span className={css["soft"]}> · {t("preview.is.moved")}</span>}</>,
    },
    ...(may("write") ? [{
      id: "do", head: t("evening.do"), screen: true, cell: (s: ListedSession) => (
        <Doings session={s} moved={movedFrom(s)} local={local(s)} run={(deed) => void run(deed)} move={setMoving} replace={setSubstitute} />
      ),
    }] : []),
  ];
  return (
    <Part title={t("series.evenings")}>
      {done && done.do !== "unmove" && (
        <Notice look="leaf" action={<Button size="small" onClick={() => { const undo = undoing(done); setDone(undefined); void deeds.run(undo); }}>{t("undo")}</Button>}>
          {t(`evening.done.${done.do}`, { date: date("date" in done ? done.date : done.from) })}
        </Notice>
      )}
      <Refused refusal={deeds.refusal} />
      <Loaded of={list}>
        {(got) => (
          <Table caption={t("series.evenings")} rows={many(got.sessions).filter((s) => s.series === series.id)} columns={columns} keyOf={(s) => s.id}
            locale={locale} empty={t("series.evenings.empty")} />
        )}
      </Loaded>
      <Skipped series={series} run={(deed) => void run(deed)} />
      {moving !== undefined && <MoveDialog from={moving} onClose={() => setMoving(undefined)} onMove={(to) => void run({ do: "move", from: moving, to })} />}
      {substitute && <SubstituteDialog session={substitute} series={series.id} onClose={() => setSubstitute(undefined)} />}
    </Part>
  );
}

interface DoingsProps {
  session: ListedSession;
  moved: string | undefined;
  local: string;
  run(deed: Deed): void;
  move(local: string): void;
  replace(session: ListedSession): void;
}

function Doings({ session, moved, local, run, move, replace }: DoingsProps) {
  const { t, date } = useConsoleWords();
  const when = { date: date(local) };
  const day = local.slice(0, 10);
  if (session.status === "cancelled") {
    return <Button size="small" look="quiet" short={t("evening.restore.short")} onClick={() => run({ do: "restore", session: session.id, date: day })}>{t("evening.restore", when)}</Button>;
  }
  if (session.status !== "scheduled") return null;
  return (
    <div className={css["doings"]}>
      {moved === undefined
        ? <Button size="small" look="quiet" short={t("preview.skip.short")} onClick={() => run({ do: "skip", date: day })}>{t("preview.skip", when)}</Button>
        : <Button size="small" look="quiet" short={t("evening.unmove.short")} onClick={() => run({ do: "unmove", from: moved })}>{t("preview.moved.undo", when)}</Button>}
      {moved === undefined && <Button size="small" look="quiet" short={t("preview.move.short")} onClick={() => move(local)}>{t("preview.move", when)}</Button>}
      <Button size="small" look="quiet" short={t("substitute.short")} onClick={() => replace(session)}>{t("substitute.of", when)}</Button>
      <Button size="small" look="quiet" short={t("evening.cancel.short")} onClick={() => run({ do: "cancel", session: session.id, date: day })}>{t("evening.cancel", when)}</Button>
    </div>
  );
}

/** Dates of the pattern without an evening, each with its undo. */
function Skipped({ series, run }: { series: Series; run(deed: Deed): void }) {
  const { t, date } = useConsoleWords();
  const { may } = useDesk();
  const dates = many(series.except);
  if (dates.length === 0) return null;
  return (
    <div>
      <h3>{t("series.skipped")}</h3>
      <ul className={css["dates"]}>
        {dates.map((day) => (
          <li key={day}>
            <span className={css["grow"]}>{date(day)}</span>
            {may("write") && <Button size="small" look="quiet" short={t("undo")} onClick={() => run({ do: "unskip", date: day })}>{t("preview.unskip", { date: date(day) })}</Button>}
          </li>
        ))}
      </ul>
    </div>
  );
}

