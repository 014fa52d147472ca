// A week: what is wrong first, then everybody's hours. It prints as one clean page.
import { useState } from "react";
import { many, type Program, type Week, type WeekPerson } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Select } from "../../ui/Fields.tsx";
import { Share } from "../../ui/Progress.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, dateIn } from "./dates.ts";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { Go, Head, Part } from "./Shell.tsx";
import { WeekPersonDialog } from "./WeekPersonDialog.tsx";
import { WeekProblems } from "./WeekProblems.tsx";
import css from "./Console.module.css";

/** The days of a week's answer as dates; the server may send moments. */
export function dayOf(at: string, zone: string): string {
  return at.length > 10 ? dateIn(zone, new Date(at)) : at;
}

export function WeekPage({ of }: { of: string | undefined }) {
  const { t, date } = useConsoleWords();
  const { who, may } = useDesk();
  const [program, setProgram] = useState("");
  const at = of ?? dateIn(who.zone);
  const programs = useRead<{ programs: Program[] | null }>("programs", "/programs");
  const week = useRead<Week>("week", "/week", { query: { of: at, ...(program !== "" && { program }) } });
  const known = many(programs.data?.programs);
  const last = week.data && dayOf(week.data.end, week.data.zone);
  const [shown, setShown] = useState<WeekPerson>();
  return (
    <>
      <Head title={t("week.head")}
        lead={week.data && last && t("calendar.range", { from: date(dayOf(week.data.start, week.data.zone)), to: date(week.data.end.length > 10 ? addDays(last, -1) : last) })}>
        <Go href={`/console/week/${addDays(at, -7)}`}>{t("week.previous")}</Go>
        <Go href={`/console/week/${addDays(at, 7)}`}>{t("week.next")}</Go>
        {may("export") && <Go href={`/console/exports?week=${at}`}>{t("week.export")}</Go>}
        <Button look="lamp" onClick={() => window.print()}>{t("week.print")}</Button>
      </Head>
      {known.length > 1 && (
        <div className={`${css["narrow"]} ${css["screen"]}`}>
          <Select label={t("series.program")} value={program} onValue={setProgram} options={[{ value: "", label: t("week.allprograms") }, ...known.map((p) => ({ value: p.id, label: p.name }))]} />
        </div>
      )}
      <p className={css["paper"]}>{who.clinic}</p>
      <Loaded of={week}>
        {(got) => (
          <>
            <WeekProblems week={got} show={setShown} />
            <People week={got} show={setShown} />
            {shown && <WeekPersonDialog person={shown} zone={got.zone} onClose={() => setShown(undefined)} />}
            <p className={css["paper"]}>{t("week.printed", { date: date(dateIn(who.zone)) })}</p>
          </>
        )}
      </Loaded>
    </>
  );
}

function People({ week, show }: { week: Week; show(person: WeekPerson): void }) {
  const { t, hours, locale } = useConsoleWords();
  const columns: Column<WeekPerson>[] = [
    { id: "name", head: t("person.legal"), names: true, sort: (p) => p.legal_name, cell: (p) => p.legal_name },
    {
      id: "hours", head: t("week.hours"), sort: (p) => p.attended_minutes, cell: (p) => (
        <div className={css["hours"]}>
          <span>{p.prescribed_minutes ? t("week.of", { attended: hours(p.attended_minutes), prescribed: hours(p.prescribed_minutes) }) : hours(p.attended_minutes)}</span>
          {p.prescribed_minutes ? <Share part={p.attended_minutes} of={p.prescribed_minutes} /> : null}
        </div>
      ),
    },
    { id: "days", head: t("week.days"), number: true, sort: threeHours, cell: threeHours },
    {
      id: "missing", head: t("week.missing"), sort: (p) => p.missing_minutes ?? 0,
      cell: (p) => <Left person={p} zone={week.zone} />,
    },
    { id: "payer", head: t("person.payer"), sort: payer, cell: (p) => payer(p) || "–" },
    {
      id: "more", head: t("week.details"), screen: true,
      cell: (p) => <Button size="small" look="quiet" short={t("week.details")} onClick={() => show(p)}>{t("week.details.of", { name: p.legal_name })}</Button>,
    },
  ];
  return (
    <Part title={t("week.people")}>
      <Table caption={t("week.people")} rows={many(week.people)} columns={columns} keyOf={(p) => p.person} locale={locale} sorting={{ by: "name", down: false }}
        empty={t("week.empty")} filter={{ label: t("table.filter"), text: (p) => `${p.legal_name} ${p.display_name} ${payer(p)}`, count: (n, all) => t("table.count", { n, all }) }} />
    </Part>
  );
}

/** What is missing, and by when it can be made up or that it can't. */
function Left({ person: p, zone }: { person: WeekPerson; zone: string }) {
  const { t, date, hours } = useConsoleWords();
  if (!p.missing_minutes) return <>–</>;
  const left = many(p.make_up).reduce((sum, m) => sum + m.minutes, 0);
  const by = p.by ? t("week.by", { date: date(dayOf(p.by, zone)) }) : t("week.noleft");
  if ((p.left_minutes ?? 0) >= p.missing_minutes) return <>{t("week.ahead", { hours: hours(p.missing_minutes) })} <span className={css["soft"]}>{by}</span></>;
  return <>{hours(p.missing_minutes)} <span className={css["soft"]}>{p.by && left < p.missing_minutes ? t("week.only", { hours: hours(left) }) : ""} {by}</span></>;
}

function payer(p: WeekPerson): string {
  return p.payer_name || p.payer || "";
}

function threeHours(p: WeekPerson): number {
  return many(p.days).filter((d) => d.at_least_3h).length;
}
