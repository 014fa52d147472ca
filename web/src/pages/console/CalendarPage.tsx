// What is planned: the series, and the evenings that come of them.
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { many, type ListedSession, type Program, type Series } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, dateIn, startOf } from "./dates.ts";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { Go, Head, Part } from "./Shell.tsx";
import { SessionState } from "./SessionState.tsx";
import css from "./Console.module.css";

const PAGE_DAYS = 28;

export function CalendarPage() {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  return (
    <>
      <Head title={t("calendar.head")} lead={t("calendar.lead")}>
        {may("write") && <Go href="/console/series/new" look="lamp">{t("calendar.new")}</Go>}
      </Head>
      <SeriesList />
      <Evenings />
    </>
  );
}

function SeriesList() {
  const { t, date, time, locale } = useConsoleWords();
  const series = useRead<{ series: Series[] | null }>("series", "/series");
  const programs = useRead<{ programs: Program[] | null }>("programs", "/programs");
  const names = useMemo(() => new Map(many(programs.data?.programs).map((p) => [p.id, p.name])), [programs.data]);
  const columns: Column<Series>[] = [
    { id: "title", head: t("series.title"), names: true, sort: (s) => s.title, cell: (s) => <Link href={`/console/series/${s.id}`}>{s.title}</Link> },
    { id: "program", head: t("series.program"), sort: (s) => names.get(s.program) ?? "", cell: (s) => names.get(s.program) ?? "" },
    { id: "kind", head: t("series.kind"), sort: (s) => t(`kind.${s.kind}`), cell: (s) => t(`kind.${s.kind}`) },
    {
      id: "next", head: t("series.next"), sort: (s) => many(s.next)[0]?.start ?? "9",
      cell: (s) => {
        const next = many(s.next)[0];
        return next ? `${date(next.start, s.zone)}, ${time(next.start, s.zone)}` : t("series.next.none");
      },
    },
  ];
  return (
    <Part title={t("calendar.series")}>
      <Loaded of={series}>
        {(got) => (
          <Table caption={t("calendar.series")} rows={many(got.series)} columns={columns} keyOf={(s) => s.id} locale={locale}
            sorting={{ by: "title", down: false }} empty={t("calendar.series.empty")}
            {...(many(got.series).length > 5 && {
              filter: { label: t("table.filter"), text: (s: Series) => `${s.title} ${names.get(s.program) ?? ""}`, count: (n: number, all: number) => t("table.count", { n, all }) },
            })} />
        )}
      </Loaded>
    </Part>
  );
}

function Evenings() {
  const { t, date, time, locale } = useConsoleWords();
  const { who } = useDesk();
  const [from, setFrom] = useState(() => dateIn(who.zone));
  const to = addDays(from, PAGE_DAYS);
  const list = useRead<{ sessions: ListedSession[] | null }>("sessions", "/sessions", { query: { from: startOf(from, who.zone), to: startOf(to, who.zone), limit: 1000 } });
  const columns: Column<ListedSession>[] = [
    { id: "date", head: t("console.date"), sort: (s) => s.start, cell: (s) => date(s.start, s.zone), number: true },
    { id: "time", head: t("console.time"), number: true, cell: (s) => t("console.interval", { start: time(s.start, s.zone), end: time(s.end, s.zone) }) },
    { id: "title", head: t("series.title"), names: true, sort: (s) => s.title, cell: (s) => <Link href={`/console/sessions/${s.id}`}>{s.title || t("console.session")}</Link> },
    { id: "status", head: t("console.status"), sort: (s) => s.status, cell: (s) => <SessionState session={s} /> },
  ];
  return (
    <Part title={t("calendar.evenings")} aside={
      <>
        <Button size="small" onClick={() => setFrom(addDays(from, -PAGE_DAYS))}>{t("calendar.earlier")}</Button>
        <Button size="small" onClick={() => setFrom(addDays(from, PAGE_DAYS))}>{t("calendar.later")}</Button>
      </>
    }>
      <p role="status" className={css["soft"]}>{t("calendar.range", { from: date(from), to: date(addDays(to, -1)) })}</p>
      <Loaded of={list}>
        {(got) => (
          <Table caption={t("calendar.evenings")} rows={many(got.sessions)} columns={columns} keyOf={(s) => s.id} locale={locale}
            empty={t("calendar.evenings.empty")}
            filter={{ label: t("table.filter"), text: (s) => `${s.title} ${date(s.start, s.zone)}`, count: (n, all) => t("table.count", { n, all }) }} />
        )}
      </Loaded>
    </Part>
  );
}
