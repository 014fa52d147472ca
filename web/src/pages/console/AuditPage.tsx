// Who opened whose record, when, and why.
import { useMemo, useState } from "react";
import { Link, useSearch } from "wouter";
import { many, type AuditEntry } from "../../protocol/clinic.ts";
import { Input, Select } from "../../ui/Fields.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { consoleEn } from "../../words/console.en.ts";
import { addDays, dateIn, startOf } from "./dates.ts";
import { useDesk } from "./desk.tsx";
import { Pages, usePages, usePersons } from "./paged.tsx";
import { Head } from "./Shell.tsx";
import css from "./Console.module.css";

interface Page { entries: AuditEntry[] | null; next?: string }

export function AuditPage() {
  const { t, moment, locale } = useConsoleWords();
  const { who } = useDesk();
  const today = dateIn(who.zone);
  const [person, setPerson] = useState(new URLSearchParams(useSearch()).get("person") ?? "");
  const [from, setFrom] = useState(() => addDays(today, -30));
  const [to, setTo] = useState(today);
  const persons = usePersons();
  const names = useMemo(() => new Map(many(persons.data?.persons).map((p) => [p.id, p.legal_name])), [persons.data]);
  const query = {
    ...(person !== "" && { person }), ...(from !== "" && { from: startOf(from, who.zone) }), ...(to !== "" && { to: startOf(addDays(to, 1), who.zone) }), limit: 200,
  };
  const log = usePages<Page>("audit", "/audit", { query });
  const action = (a: string): string => (`audit.did.${a}` in consoleEn ? t(`audit.did.${a}` as ConsoleWordId) : a);
  const actor = (e: AuditEntry): string => e.actor_name ?? names.get(e.actor) ?? (e.actor_kind === "staff" ? e.actor : t(`audit.kind.${e.actor_kind === "service" ? "service" : e.actor_kind === "client" ? "client" : "machine"}`));
  const columns: Column<AuditEntry>[] = [
    { id: "at", head: t("audit.when"), number: true, sort: (e) => e.at, cell: (e) => moment(e.at, who.zone) },
    { id: "who", head: t("audit.who"), names: true, sort: actor, cell: actor },
    { id: "what", head: t("audit.what"), sort: (e) => action(e.action), cell: (e) => action(e.action) },
    { id: "whose", head: t("audit.whose"), sort: (e) => (e.person ? (names.get(e.person) ?? "") : ""), cell: (e) => (e.person ? (e.person_name ?? names.get(e.person) ?? e.person) : "–") },
    { id: "where", head: t("console.session"), cell: (e) => (e.session ? <Link href={`/console/sessions/${e.session}`}>{t("week.session")}</Link> : "–") },
    { id: "why", head: t("audit.why"), cell: (e) => [e.purpose, e.recipient && t("audit.to.whom", { recipient: e.recipient })].filter(Boolean).join(", ") || "–" },
  ];
  return (
    <>
      <Head title={t("audit.head")} lead={t("audit.lead")} />
      <div className={css["filters"]}>
        <Select label={t("audit.person")} value={person} onValue={setPerson}
          options={[{ value: "", label: t("audit.everybody") }, ...many(persons.data?.persons).filter((p) => p.kind !== "staff").map((p) => ({ value: p.id, label: p.legal_name }))]} />
        <Input type="date" label={t("audit.from")} value={from} onValue={setFrom} />
        <Input type="date" label={t("audit.to")} value={to} onValue={setTo} />
      </div>
      <Pages of={log} rows={(page) => page.entries}>
        {(rows) => (
          <Table caption={t("audit.head")} rows={rows} columns={columns} keyOf={(e) => String(e.n)} locale={locale} sorting={{ by: "at", down: true }} empty={t("audit.empty")}
            filter={{ label: t("table.filter"), text: (e) => `${actor(e)} ${action(e.action)} ${e.person ? (names.get(e.person) ?? "") : ""} ${e.purpose ?? ""}`, count: (n, all) => t("table.count", { n, all }) }} />
        )}
      </Pages>
    </>
  );
}
