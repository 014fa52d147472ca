// What the clinic told others: mails and webhooks, the newest first. Never
// what was in them.
import { useMemo, useState } from "react";
import { Link } from "wouter";
import type { ReadPath } from "../../protocol/office.ts";
import { Choices } from "../../ui/Fields.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { consoleEn } from "../../words/console.en.ts";
import { useDesk } from "./desk.tsx";
import { Pages, usePages, usePersons } from "./paged.tsx";

interface Delivery {
  id: string;
  type: string;
  person?: string;
  session?: string;
  state: "pending" | "sent" | "dead";
  attempts: number;
  fault?: string;
  created: string;
  due?: string;
  done?: string;
}

interface Page { deliveries: Delivery[] | null; next?: string }

const states = ["all", "pending", "sent", "dead"] as const;

export function Deliveries({ path, id, caption }: { path: ReadPath; id?: string; caption: string }) {
  const { t, moment, locale } = useConsoleWords();
  const { who } = useDesk();
  const [state, setState] = useState<(typeof states)[number]>("all");
  const persons = usePersons();
  const names = useMemo(() => new Map(persons.data?.persons.map((p) => [p.id, p.legal_name])), [persons.data]);
  const list = usePages<Page>("deliveries", path, {
    ...(id !== undefined && { path: { id } }), query: { limit: 50, ...(state !== "all" && { state }) },
  });
  const what = (d: Delivery): string => (`delivery.type.${d.type}` in consoleEn ? t(`delivery.type.${d.type}` as ConsoleWordId) : d.type);
  const stands = (d: Delivery): string => {
    if (d.state === "sent") return t("delivery.sent.at", { at: moment(d.done ?? d.created, who.zone) });
    const fault = d.fault ? ` (${d.fault})` : "";
    if (d.state === "dead") return t("delivery.dead") + fault;
    return t(d.attempts === 0 ? "delivery.pending" : "delivery.again", { at: d.due ? moment(d.due, who.zone) : "", n: d.attempts }) + fault;
  };
  const columns: Column<Delivery>[] = [
    { id: "what", head: t("delivery.what"), names: true, sort: what, cell: what },
    { id: "created", head: t("delivery.when"), number: true, sort: (d) => d.created, cell: (d) => moment(d.created, who.zone) },
    ...(id === undefined ? [{
      id: "person", head: t("delivery.whom"), sort: (d: Delivery) => names.get(d.person ?? "") ?? "",
      cell: (d: Delivery) => (d.person && names.has(d.person) ? <Link href={`/console/people/${d.person}`}>{names.get(d.person)}</Link> : "–"),
    }] : []),
    { id: "session", head: t("console.session"), cell: (d) => (d.session ? <Link href={`/console/sessions/${d.session}`}>{t("week.session")}</Link> : "–") },
    { id: "state", head: t("console.status"), sort: (d) => d.state, cell: stands },
  ];
  return (
    <>
      <Choices label={t("delivery.show")} name={`deliveries-${id ?? "mail"}`} value={state} onValue={setState}
        options={states.map((value) => ({ value, label: t(`delivery.show.${value}`) }))} />
      <Pages of={list} rows={(page) => page.deliveries}>
        {(rows) => <Table caption={caption} rows={rows} columns={columns} keyOf={(d) => d.id} locale={locale} empty={t("delivery.empty")} />}
      </Pages>
    </>
  );
}
