// One person: how to reach them, where they have a seat, what they accepted,
// and how they have been.
import { lazy, Suspense, useMemo, useState } from "react";
import { Link } from "wouter";
import { many, type Person, type Seat, type Series } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Select } from "../../ui/Fields.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { LinkDialog } from "./LinkDialog.tsx";
import { PersonDialog } from "./PeoplePage.tsx";
import { SeatDialog } from "./SeatDialog.tsx";
import type { Seats } from "./SeriesPage.tsx";
import { Head, Part } from "./Shell.tsx";
import { StaffSignIn } from "./StaffSignIn.tsx";
import css from "./Console.module.css";

const Plot = lazy(() => import("../../ui/Plot.tsx"));

export function PersonPage({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [editing, setEditing] = useState(false);
  const person = useRead<Person>("person", "/persons/{id}", { path: { id } });
  return (
    <>
      <Head title={person.data?.legal_name ?? t("person.head")} back={{ href: "/console/people", label: t("people.head") }}>
        {may("write") && person.data && <Button onClick={() => setEditing(true)}>{t("person.edit")}</Button>}
      </Head>
      <Loaded of={person}>
        {(p) => (
          <>
            <Facts person={p} />
            <PersonSeats person={p} />
            {p.kind === "staff" && <StaffSignIn person={p} />}
            {p.kind === "client" && <Trend id={id} />}
            {p.kind !== "staff" && <Paperwork id={id} />}
            {editing && <PersonDialog person={p} onClose={() => setEditing(false)} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function Facts({ person }: { person: Person }) {
  const { t, hours } = useConsoleWords();
  const facts: [string, string][] = [
    [t("person.display"), person.display_name],
    [t("person.kind"), t(person.guest ? "person.guest" : `person.kind.${person.kind}`)],
    [t("person.email"), person.email ?? ""],
    [t("person.phone"), person.phone ?? ""],
    [t("person.credential"), person.credential ?? ""],
    [t("person.roles"), many(person.staff_roles).map((r) => t(`staff.${r}`)).join(", ")],
    [t("seat.hours"), person.prescribed_minutes ? hours(person.prescribed_minutes) : ""],
  ];
  return (
    <Part title={t("person.facts")} unseen>
      <dl className={css["facts"]}>
        {facts.filter(([, value]) => value !== "").map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {person.kind === "client" && <PayerChoice person={person} />}
    </Part>
  );
}

export interface PayerSet { payer: string; name: string; version?: number }

function PayerChoice({ person }: { person: Person }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const payers = useRead<{ payers: PayerSet[] | null }>("payers", "/payers");
  const save = useSend(async (office, payer: string) => {
    await office.put("/persons/{id}/payer", { path: { id: person.id }, body: { payer } });
    return true;
  }, ["person", "persons", "week"]);
  const known = many(payers.data?.payers);
  if (known.length === 0 || !may("write")) return null;
  return (
    <div className={css["narrow"]}>
      <Select label={t("person.payer")} value={person.payer ?? ""} onValue={(payer) => void save.run(payer)}
        options={[{ value: "", label: t("person.payer.none") }, ...known.map((p) => ({ value: p.payer, label: p.name }))]} />
      <Refused refusal={save.refusal} />
    </div>
  );
}

function PersonSeats({ person }: { person: Person }) {
  const { t, date, hours, locale } = useConsoleWords();
  const { may } = useDesk();
  const series = useRead<{ series: Series[] | null }>("series", "/series");
  const held = useRead<Seats>("seats", "/persons/{id}/seats", { path: { id: person.id } });
  const [editing, setEditing] = useState<Seat>();
  const [linking, setLinking] = useState<Seat>();
  const [choosing, setChoosing] = useState("");
  const [adding, setAdding] = useState("");
  const all = many(series.data?.series);
  const title = (s: Seat): string => all.find((one) => one.id === s.series)?.title ?? "";
  const columns: Column<Seat>[] = [
    { id: "series", head: t("calendar.series.one"), names: true, sort: title, cell: (s) => <Link href={`/console/series/${s.series}`}>{title(s) || t("console.session")}</Link> },
    { id: "role", head: t("console.role"), cell: (s) => t(`role.${s.role}`) },
    { id: "hours", head: t("seat.hours.short"), number: true, cell: (s) => (s.prescribed_minutes ? hours(s.prescribed_minutes) : "–") },
    { id: "phase", head: t("seat.phase"), cell: (s) => s.phase || "–" },
    { id: "from", number: true, head: t("seat.from"), cell: (s) => (s.from ? date(s.from) : "–") },
    { id: "until", number: true, head: t("seat.until"), cell: (s) => (s.until ? date(s.until) : "–") },
    { id: "link", head: t("seat.link"), cell: (s) => t(`link.${s.link?.state ?? "none"}`) },
    ...(may("write") ? [{
      id: "do", head: t("evening.do"), cell: (s: Seat) => (
        <div className={css["doings"]}>
          <Button size="small" look="quiet" short={t("seat.edit.short")} onClick={() => setEditing(s)}>{t("seat.edit", { name: title(s) })}</Button>
          <Button size="small" look="quiet" short={t("link.short")} onClick={() => setLinking(s)}>{t("link.of", { name: title(s) })}</Button>
        </div>
      ),
    }] : []),
  ];
  const free = all.filter((s) => !many(held.data?.seats).some((seat) => seat.series === s.id));
  const chosen = choosing || (free[0]?.id ?? "");
  return (
    <Part title={t("person.seats")}>
      <Loaded of={held}>
        {(got) => <Table caption={t("person.seats")} rows={many(got.seats)} columns={columns} keyOf={(s) => s.id} locale={locale} empty={t("person.seats.empty")} />}
      </Loaded>
      {may("write") && free.length > 0 && (
        <div className={css["part"]}>
          <Select label={t("calendar.series.one")} value={chosen} onValue={setChoosing} options={free.map((s) => ({ value: s.id, label: s.title }))} />
          <Button size="small" onClick={() => setAdding(chosen)}>{t("seat.add")}</Button>
        </div>
      )}
      {adding !== "" && <SeatDialog seat={undefined} series={adding} person={person.id} onClose={() => setAdding("")} />}
      {editing && <SeatDialog seat={editing} series={editing.series} onClose={() => setEditing(undefined)} />}
      {linking && <LinkDialog seat={linking} onClose={() => setLinking(undefined)} />}
    </Part>
  );
}

interface Scale { id: string; question: Record<string, string>; points: { at: string; session: string; moment: string; value: number | null }[] | null }

/** Answers of the check-ins: a plot where a trend is easier to see, and the numbers beside it. */
function Trend({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const trend = useRead<{ scales: Scale[] | null }>("trend", "/persons/{id}/trend", { path: { id } }, may("run"));
  if (!may("run")) return null;
  return (
    <Part title={t("trend.head")}>
      <Loaded of={trend}>
        {(got) => {
          const scales = many(got.scales).filter((s) => many(s.points).length > 0);
          return scales.length === 0 ? <p className={css["soft"]}>{t("trend.empty")}</p> : <>{scales.map((s) => <ScaleTrend key={s.id} scale={s} />)}</>;
        }}
      </Loaded>
    </Part>
  );
}

function ScaleTrend({ scale }: { scale: Scale }) {
  const { t, locale, moment } = useConsoleWords();
  const points = useMemo(() => [...many(scale.points)].sort((a, b) => a.at.localeCompare(b.at)), [scale]);
  const at = useMemo(() => points.map((p) => Date.parse(p.at) / 1000), [points]);
  const lines = useMemo(() => (["start", "end"] as const).map((which) => ({
    label: which, values: points.map((p) => (p.moment === which ? p.value : null)), dashed: which === "end",
  })), [points]);
  const question = scale.question[locale] ?? scale.question["en"] ?? scale.id;
  return (
    <div className={css["trend"]}>
      <div>
        <h3>{question}</h3>
        <p className={css["soft"]}>{t("trend.legend")}</p>
        <Suspense fallback={null}><Plot at={at} lines={lines} low={0} high={10} locale={locale} /></Suspense>
      </div>
      <Table caption={question} rows={[...points].reverse()} keyOf={(p) => `${p.at}${p.moment}`} locale={locale} empty={t("trend.empty")} columns={[
        { id: "at", head: t("console.date"), names: true, sort: (p) => p.at, cell: (p) => moment(p.at) },
        { id: "moment", head: t("trend.moment"), cell: (p) => t(p.moment === "end" ? "trend.end" : "trend.start") },
        { id: "value", head: t("trend.value"), number: true, sort: (p) => p.value ?? -1, cell: (p) => p.value ?? t("trend.skipped") },
      ]} />
    </div>
  );
}

interface Accepted { version: number | string; at: string; hash?: string; text_hash?: string }

function Paperwork({ id }: { id: string }) {
  const { t, moment, locale } = useConsoleWords();
  const papers = useRead<{ acceptances: Accepted[] | null; consents: Accepted[] | null }>("paperwork", "/persons/{id}/paperwork", { path: { id } });
  return (
    <Part title={t("paperwork.head")}>
      <Loaded of={papers}>
        {(got) => {
          const rows = [
            ...many(got.acceptances).map((a) => ({ ...a, what: t("paperwork.rules") })),
            ...many(got.consents).map((a) => ({ ...a, what: t("paperwork.consent") })),
          ];
          return (
            <Table caption={t("paperwork.head")} rows={rows} keyOf={(r) => `${r.what}${r.version}${r.at}`} locale={locale} empty={t("paperwork.empty")} columns={[
              { id: "what", head: t("paperwork.what"), names: true, sort: (r) => r.what, cell: (r) => r.what },
              { id: "version", head: t("paperwork.version"), number: true, cell: (r) => r.version },
              { id: "at", head: t("paperwork.at"), sort: (r) => r.at, cell: (r) => moment(r.at) },
            ]} />
          );
        }}
      </Loaded>
    </Part>
  );
}
