// Files that leave the clinic: what, for whom, and why. A long one says how far it is.
import { useState, type FormEvent } from "react";
import { Link, useSearch } from "wouter";
import { useQuery } from "@tanstack/react-query";
import { many, type ExportKind, type ExportState, type ListedSession } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Choices, Group, Input, Select, Tick } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, dateIn, startOf } from "./dates.ts";
import { faultOf, Loaded, refusalFrom, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { saveFile } from "./files.ts";
import { usePersons } from "./paged.tsx";
import { newestSets, type PayerSet } from "./payers.ts";
import { Head, Part } from "./Shell.tsx";
import css from "./Console.module.css";

type Span = "session" | "week" | "person";
const kinds: readonly ExportKind[] = ["csv", "pdf", "html", "fhir", "own"];
const LOOK_MS = 1000;

interface Order {
  kind: ExportKind;
  span: Span;
  session: string;
  week: string;
  /** Only its clients; empty: everybody. */
  payer: string;
  person: string;
  from: string;
  to: string;
  purpose: string;
  recipient: string;
  draft: boolean;
}

/** What the server takes: only what the span needs. */
export function orderBody(o: Order): object {
  const span = o.span === "session" ? { session: o.session } : o.span === "week" ? { week: o.week, ...(o.payer !== "" && { payer: o.payer }) } : { person: o.person, from: o.from, to: o.to };
  return { kind: o.kind, ...span, purpose: o.purpose.trim(), recipient: o.recipient.trim(), ...(o.draft && { draft: true }) };
}

export function ExportsPage() {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const wanted = new URLSearchParams(useSearch());
  const today = dateIn(who.zone);
  const [order, setOrder] = useState<Order>(() => ({
    kind: "csv", span: wanted.has("session") ? "session" : "week", session: wanted.get("session") ?? "", week: wanted.get("week") ?? today,
    payer: "", person: "", from: addDays(today, -30), to: today, purpose: "", recipient: "", draft: false,
  }));
  const [made, setMade] = useState<string>();
  const start = useSend((office, o: Order) => office.post<{ id: string }>("/exports", { body: orderBody(o) }), []);
  const change = (part: Partial<Order>): void => {
    setOrder((o) => {
      const next = { ...o, ...part };
      // A client's own copy is of one person, and only that is.
      if (part.kind === "own") next.span = "person";
      else if (part.kind !== undefined && next.span === "person") next.span = "week";
      return next;
    });
    start.clear();
    setMade(undefined);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMade((await start.run(order))?.id);
  };
  const fault = (field: string): string | undefined => faultOf(start.refusal, field);
  return (
    <>
      <Head title={t("exports.head")} lead={t("exports.lead")} />
      <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
        <Choices label={t("exports.kind")} name="export-kind" row={false} value={order.kind} onValue={(kind) => change({ kind })}
          options={kinds.map((value) => ({ value, label: t(`exports.${value}`) }))} />
        <SpanFields order={order} change={change} fault={fault} />
        <Group label={t("exports.why")} hint={t("exports.why.hint")}>
          <Input label={t("exports.purpose")} value={order.purpose} maxLength={200} onValue={(purpose) => change({ purpose })} fault={fault("purpose")} />
          <Input label={t("exports.recipient")} value={order.recipient} maxLength={200} onValue={(recipient) => change({ recipient })} fault={fault("recipient")} />
          <Tick label={t("exports.draft")} hint={t("exports.draft.hint")} checked={order.draft} onTick={(draft) => change({ draft })} />
        </Group>
        <Refused refusal={start.refusal} />
        <div className={css["actions"]}><Button type="submit" look="lamp" disabled={order.purpose.trim() === "" || order.recipient.trim() === ""}>{t("exports.button")}</Button></div>
      </form>
      {made !== undefined && <Running key={made} id={made} />}
    </>
  );
}

interface SpanProps { order: Order; change(part: Partial<Order>): void; fault(field: string): string | undefined }

function SpanFields({ order, change, fault }: SpanProps) {
  const { t, date } = useConsoleWords();
  const { who } = useDesk();
  const today = dateIn(who.zone);
  const query = { from: startOf(addDays(today, -90), who.zone), to: startOf(addDays(today, 1), who.zone), limit: 1000 };
  const sessions = useRead<{ sessions: ListedSession[] | null }>("sessions", "/sessions", { query }, order.span === "session");
  const persons = usePersons("client", order.span === "person");
  const payers = useRead<{ payers: PayerSet[] | null }>("payers", "/payers", {}, order.span === "week");
  if (order.span === "person") {
    return (
      <Group label={t("exports.of")}>
        <Loaded of={persons}>
          {(got) => <Select label={t("exports.person")} value={order.person} onValue={(person) => change({ person })} fault={fault("person")}
            options={[{ value: "", label: t("choose") }, ...many(got.persons).map((p) => ({ value: p.id, label: p.legal_name }))]} />}
        </Loaded>
        <div className={css["pair"]}>
          <Input type="date" label={t("audit.from")} value={order.from} onValue={(from) => change({ from })} fault={fault("from")} />
          <Input type="date" label={t("audit.to")} value={order.to} onValue={(to) => change({ to })} fault={fault("to")} />
        </div>
      </Group>
    );
  }
  const list = [...many(sessions.data?.sessions)].reverse();
  return (
    <Group label={t("exports.of")}>
      <Choices label={t("exports.span")} name="span" value={order.span} onValue={(span) => change({ span })}
        options={(["week", "session"] as const).map((value) => ({ value, label: t(`exports.span.${value}`) }))} />
      {order.span === "week"
        ? (
          <>
            <Input type="date" label={t("exports.week")} hint={t("exports.week.hint")} value={order.week} onValue={(week) => change({ week })} fault={fault("week")} />
            <Select label={t("exports.payer")} hint={t("exports.payer.hint")} value={order.payer} onValue={(payer) => change({ payer })} fault={fault("payer")}
              options={[{ value: "", label: t("exports.payer.all") }, ...newestSets(many(payers.data?.payers)).map((p) => ({ value: p.payer, label: p.name }))]} />
          </>
        )
        : <Select label={t("console.session")} value={order.session} onValue={(session) => change({ session })} fault={fault("session")}
            options={[{ value: "", label: t("choose") }, ...list.map((s) => ({ value: s.id, label: `${date(s.start, s.zone)}, ${s.title}` }))]} />}
    </Group>
  );
}

/** An export on its way: how far, and the file when it is done. */
function Running({ id }: { id: string }) {
  const { t, date } = useConsoleWords();
  const { office } = useDesk();
  const state = useQuery({
    queryKey: ["export", id],
    queryFn: ({ signal }) => office.get<ExportState>("/exports/{id}", { path: { id }, signal }),
    refetchInterval: (query) => (query.state.data === undefined || query.state.data.state === "running" ? LOOK_MS : false),
  });
  const fetch = useSend(async (desk) => {
    const { blob, name } = await desk.file("/exports/{id}/file", { path: { id } });
    saveFile(blob, name ?? "export");
    return true;
  }, []);
  const got = state.data;
  return (
    <Part title={t("exports.state")}>
      {(!got || got.state === "running") && !state.isError && <Progress label={t("exports.running", { done: got?.done ?? 0, total: got?.total ?? 0 })} done={got?.done ?? 0} total={got?.total ?? 0} />}
      {got?.state === "done" && (
        <Notice look="leaf" action={<Button icon="download" look="lamp" onClick={() => void fetch.run(undefined)}>{t("exports.save")}</Button>}>{t("exports.done")}</Notice>
      )}
      {(got?.state === "failed" || got?.state === "refused") && <Notice look="clay">{t(`exports.${got.state}`)} {got.detail ?? ""}</Notice>}
      {many(got?.unsigned).length > 0 && <ul className={css["links"]}>{many(got?.unsigned).map((s) => <li key={s.session}><Link href={`/console/sessions/${s.session}`}>{s.title}, {date(s.date)}</Link></li>)}</ul>}
      <Refused refusal={fetch.refusal ?? (state.isError ? refusalFrom(state.error) : undefined)} />
    </Part>
  );
}
