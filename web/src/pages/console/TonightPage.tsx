// Today: what is on, what still wants a signature, and what came before.
import { Link } from "wouter";
import { many, type ListedSession } from "../../protocol/clinic.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, dateIn, startOf } from "./dates.ts";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { EnterRoom } from "./EnterRoom.tsx";
import { Missing } from "./Missing.tsx";
import { SessionState, standing } from "./SessionState.tsx";
import { Go, Head, Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Listed { sessions: ListedSession[] | null }

export function TonightPage() {
  const { t, date } = useConsoleWords();
  const { who, may } = useDesk();
  const today = dateIn(who.zone);
  const query = { from: startOf(today, who.zone), to: startOf(addDays(today, 1), who.zone), limit: 1000 };
  const tonight = useRead<Listed>("sessions", "/sessions", { query });
  return (
    <>
      <Head title={t("tonight.head")} lead={date(today)}>
        {may("write") && <Go href="/console/series/new">{t("calendar.new")}</Go>}
      </Head>
      <Unsigned />
      <Part title={t("tonight.today")}>
        <Loaded of={tonight}>
          {(got) => many(got.sessions).length === 0
            ? <NothingToday />
            : <ul className={css["cards"]}>{many(got.sessions).map((s) => <Evening key={s.id} session={s} />)}</ul>}
        </Loaded>
      </Part>
      <Recent />
    </>
  );
}

function NothingToday() {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const series = useRead<{ series: unknown[] | null }>("series", "/series");
  const fresh = series.data !== undefined && many(series.data.series).length === 0;
  return (
    <div className={css["calm"]}>
      <p>{t("tonight.none")}</p>
      {fresh && may("write") && <><p>{t("tonight.fresh")}</p><p><Go href="/console/series/new" look="lamp">{t("calendar.new")}</Go></p></>}
    </div>
  );
}

function Evening({ session }: { session: ListedSession }) {
  const { t, span } = useConsoleWords();
  return (
    <li className={css["card"]}>
      <h3><Link href={`/console/sessions/${session.id}`}>{session.title || t("console.session")}</Link></h3>
      <p>{span(session)}</p>
      <p><SessionState session={session} /></p>
      <EnterRoom session={session} />
      <Missing session={session} />
    </li>
  );
}

/** Evenings that want a signature; shown until none is left. */
export function Unsigned() {
  const { t, date } = useConsoleWords();
  const { may } = useDesk();
  const list = useRead<Listed>("unsigned", "/sessions", { query: { unsigned: true, limit: 200 } }, may("sign"));
  const open = many(list.data?.sessions).filter((s) => s.status === "ended");
  if (!may("sign") || open.length === 0) return null;
  return (
    <section className={css["nag"]} aria-label={t("unsigned.head")}>
      <h2 className={css["subtitle"]}>{t("unsigned.head")}</h2>
      <p>{t("unsigned.count", { n: open.length })}</p>
      <ul className={css["links"]}>
        {open.slice(0, 8).map((s) => (
          <li key={s.id}><Link href={`/console/sessions/${s.id}`}>{t("unsigned.one", { title: s.title || t("console.session"), date: date(s.start, s.zone) })}</Link></li>
        ))}
      </ul>
      {open.length > 8 && <p>{t("unsigned.more", { n: open.length - 8 })}</p>}
    </section>
  );
}

function Recent() {
  const { t, date, span, locale } = useConsoleWords();
  const { who } = useDesk();
  const today = dateIn(who.zone);
  const query = { from: startOf(addDays(today, -14), who.zone), to: startOf(today, who.zone), limit: 1000 };
  const list = useRead<Listed>("sessions", "/sessions", { query });
  const columns: Column<ListedSession>[] = [
    { id: "date", head: t("console.date"), number: true, sort: (s) => s.start, cell: (s) => date(s.start, s.zone) },
    { id: "title", head: t("series.title"), names: true, sort: (s) => s.title, cell: (s) => <Link href={`/console/sessions/${s.id}`}>{s.title || t("console.session")}</Link> },
    { id: "time", head: t("console.time"), number: true, cell: span },
    { id: "status", head: t("console.status"), sort: standing, cell: (s) => <SessionState session={s} /> },
  ];
  return (
    <Part title={t("tonight.recent")}>
      <Loaded of={list}>
        {(got) => <Table caption={t("tonight.recent")} rows={many(got.sessions)} columns={columns} keyOf={(s) => s.id} locale={locale}
          sorting={{ by: "date", down: true }} empty={t("console.empty")} />}
      </Loaded>
    </Part>
  );
}
