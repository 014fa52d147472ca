// One series: what it is, its evenings with what differs from the pattern, and
// who has a seat.
import { many, type Program, type Seat, type Series } from "../../protocol/clinic.ts";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { SeriesEvenings } from "./SeriesEvenings.tsx";
import { SeriesSeats } from "./SeriesSeats.tsx";
import { Go, Head, Part } from "./Shell.tsx";
import { later } from "./dates.ts";
import { draftOf, minutesOf, weekdays } from "./series.ts";
import css from "./Console.module.css";

export interface Seats { seats: Seat[] | null }

export function SeriesPage({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const series = useRead<Series>("series", "/series/{id}", { path: { id } });
  const title = series.data?.title ?? t("calendar.series.one");
  return (
    <>
      <Head title={title} back={{ href: "/console/calendar", label: t("calendar.head") }}>
        {may("write") && <Go href={`/console/series/${id}/edit`}>{t("series.edit")}</Go>}
        {may("write") && <Go href={`/console/people/enrol?series=${id}`} look="lamp">{t("enrol.head")}</Go>}
      </Head>
      <Loaded of={series}>
        {(s) => (
          <>
            <Facts series={s} />
            <SeriesEvenings series={s} />
            <SeriesSeats series={s} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Facts({ series }: { series: Series }) {
  const { t, time, hours, date } = useConsoleWords();
  const programs = useRead<{ programs: Program[] | null }>("programs", "/programs");
  const draft = draftOf(series);
  const total = minutesOf(series.template);
  const clock = (at: string): string => time(`2026-01-01T${at}`);
  const days = weekdays.filter((d) => draft.days.includes(d)).map((d) => t(`weekday.${d}`)).join(", ");
  const ends = draft.ends === "until" ? t("series.fact.until", { date: date(draft.until) })
    : draft.ends === "count" ? t("series.fact.count", { n: Number(draft.count) }) : t("series.ends.never");
  const facts: [string, string][] = [
    [t("series.program"), many(programs.data?.programs).find((p) => p.id === series.program)?.name ?? ""],
    [t("series.kind"), t(`kind.${series.kind}`)],
    [t("series.when"), draft.custom ?? `${days}, ${t("console.interval", { start: clock(draft.clock), end: clock(later(draft.clock, total)) })}`],
    [t("series.parts"), series.template.map((p) => `${t(`segment.${p.kind}`)} ${hours(p.minutes)}`).join(", ")],
    [t("series.ends"), draft.custom === undefined ? ends : ""],
    [t("series.capacity"), series.capacity ? String(series.capacity) : t("series.capacity.none")],
    [t("series.zone"), series.zone.replaceAll("_", " ")],
  ];
  return (
    <Part title={t("series.facts")} unseen>
      <dl className={css["facts"]}>
        {facts.filter(([, value]) => value !== "").map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {series.kind === "alumni" && <p className={css["soft"]}>{t("kind.alumni.hint")}</p>}
    </Part>
  );
}
