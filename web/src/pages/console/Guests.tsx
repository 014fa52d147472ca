// Those who were seated for one evening only, and who they turned out to be.
import { useMemo } from "react";
import { Link } from "wouter";
import { many } from "../../protocol/clinic.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, useRead } from "./desk.tsx";
import { usePersons } from "./paged.tsx";
import { Part } from "./Shell.tsx";

interface Guest { person: string; display_name: string; note?: string; seated_by: string; seated_at: string; matched?: string; matched_at?: string }

/** Shown where there are any; reading them is written down. */
export function Guests({ session, zone }: { session: string; zone: string }) {
  const { t, time, locale } = useConsoleWords();
  const guests = useRead<{ guests: Guest[] | null }>("review", "/sessions/{id}/guests", { path: { id: session } });
  const persons = usePersons();
  const names = useMemo(() => new Map(persons.data?.persons.map((p) => [p.id, p.legal_name])), [persons.data]);
  const columns: Column<Guest>[] = [
    { id: "name", head: t("console.person"), names: true, sort: (g) => g.display_name, cell: (g) => g.display_name },
    { id: "who", head: t("guests.who"), cell: (g) => (g.matched ? <Link href={`/console/people/${g.matched}`}>{names.get(g.matched) ?? t("person.head")}</Link> : t("guests.unknown")) },
    { id: "by", head: t("guests.by"), cell: (g) => names.get(g.seated_by) ?? "–" },
    { id: "at", head: t("guests.at"), number: true, sort: (g) => g.seated_at, cell: (g) => time(g.seated_at, zone) },
    { id: "note", head: t("guests.note"), cell: (g) => g.note || "–" },
  ];
  return (
    <Part title={t("guests.head")}>
      <Loaded of={guests}>
        {(got) => <Table caption={t("guests.head")} rows={many(got.guests)} columns={columns} keyOf={(g) => g.person} locale={locale} empty={t("guests.none")} />}
      </Loaded>
    </Part>
  );
}
