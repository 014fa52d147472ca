// One person: how to reach them, where they have a seat, what they accepted,
// and how they have been.
import { useState } from "react";
import { Link } from "wouter";
import { many, type Person, type Seat, type Series } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Select } from "../../ui/Fields.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { LinkDialog } from "./LinkDialog.tsx";
import { PersonDialog } from "./PeoplePage.tsx";
import { PersonPayer } from "./PersonPayer.tsx";
import { Paperwork, Reminders } from "./PersonPaperwork.tsx";
import { SeatDialog } from "./SeatDialog.tsx";
import type { Seats } from "./SeriesPage.tsx";
import { Head, Part } from "./Shell.tsx";
import { StaffSignIn } from "./StaffSignIn.tsx";
import { Trend } from "./Trend.tsx";
import css from "./Console.module.css";

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
            {p.kind === "client" && <PersonPayer person={p} />}
            <PersonSeats person={p} />
            {p.kind === "staff" && <StaffSignIn person={p} />}
            {p.kind === "client" && <Trend id={id} />}
            {p.kind !== "staff" && <Paperwork id={id} />}
            {may("write") && <Reminders id={id} />}
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
    </Part>
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
