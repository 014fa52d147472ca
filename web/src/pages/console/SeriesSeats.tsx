// Who has a seat in a series.
import { useState } from "react";
import { Link } from "wouter";
import { many, type Seat, type Series } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, useDesk, useRead } from "./desk.tsx";
import { LinkDialog } from "./LinkDialog.tsx";
import { SeatDialog } from "./SeatDialog.tsx";
import { usePersons } from "./paged.tsx";
import type { Seats } from "./SeriesPage.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

export function SeriesSeats({ series }: { series: Series }) {
  const { t, date, hours, locale } = useConsoleWords();
  const { may } = useDesk();
  const seats = useRead<Seats>("seats", "/series/{id}/seats", { path: { id: series.id } });
  const persons = usePersons();
  const [editing, setEditing] = useState<Seat | "new">();
  const [linking, setLinking] = useState<Seat>();
  const legal = new Map(many(persons.data?.persons).map((p) => [p.id, p.legal_name]));
  const name = (s: Seat): string => legal.get(s.person) ?? s.display_name;
  const columns: Column<Seat>[] = [
    { id: "name", head: t("person.legal"), names: true, sort: name, cell: (s) => <Link href={`/console/people/${s.person}`}>{name(s)}</Link> },
    { id: "shown", head: t("person.display"), sort: (s) => s.display_name, cell: (s) => s.display_name },
    { id: "role", head: t("console.role"), sort: (s) => t(`role.${s.role}`), cell: (s) => t(`role.${s.role}`) },
    { id: "hours", head: t("seat.hours.short"), number: true, sort: (s) => s.prescribed_minutes ?? 0, cell: (s) => (s.prescribed_minutes ? hours(s.prescribed_minutes) : "–") },
    { id: "until", number: true, head: t("seat.until"), sort: (s) => s.until ?? "9", cell: (s) => (s.until ? date(s.until) : "–") },
    { id: "link", head: t("seat.link"), sort: (s) => s.link?.state ?? "", cell: (s) => t(`link.${s.link?.state ?? "none"}`) },
    ...(may("write") ? [{
      id: "do", head: t("evening.do"), screen: true, cell: (s: Seat) => (
        <div className={css["doings"]}>
          <Button size="small" look="quiet" short={t("seat.edit.short")} onClick={() => setEditing(s)}>{t("seat.edit", { name: name(s) })}</Button>
          <Button size="small" look="quiet" short={t("link.short")} onClick={() => setLinking(s)}>{t("link.of", { name: name(s) })}</Button>
        </div>
      ),
    }] : []),
  ];
  return (
    <Part title={t("series.seats")} aside={may("write") && <Button size="small" onClick={() => setEditing("new")}>{t("seat.add")}</Button>}>
      <Loaded of={seats}>
        {(got) => (
          <Table caption={t("series.seats")} rows={many(got.seats)} columns={columns} keyOf={(s) => s.id} locale={locale} sorting={{ by: "name", down: false }}
            empty={t("series.seats.empty")}
            filter={{ label: t("table.filter"), text: (s) => `${name(s)} ${s.display_name}`, count: (n, all) => t("table.count", { n, all }) }} />
        )}
      </Loaded>
      {editing && <SeatDialog seat={editing === "new" ? undefined : editing} series={series.id} onClose={() => setEditing(undefined)} />}
      {linking && <LinkDialog seat={linking} onClose={() => setLinking(undefined)} />}
    </Part>
  );
}
